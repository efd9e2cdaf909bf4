import type { Csr } from '../frame/csr.ts'

export type Similarity = 'cosine' | 'euclidean' | 'jaccard' | 'bm25'

export const SIMILARITIES: readonly Similarity[] = ['cosine', 'euclidean', 'jaccard', 'bm25']

/** How two vectors are compared. */
export interface SimilarityParams {
  similarity: Similarity
  shrinkage: number
}

/** What is known of two sparse vectors a and b when they are compared. */
export type Compare = (
  /** Σ a·b over what both hold. */
  dot: number,
  /** How many positions both hold, ≥ 1. */
  both: number,
  /** Σ a² and Σ b². */
  squareA: number,
  squareB: number,
  /** How many positions a holds, and b. */
  sizeA: number,
  sizeB: number,
) => number

/**
 * The four measures, each larger for closer vectors, 0 for nothing in common (such pairs are never compared).
 *
 *   cosine     a·b / (‖a‖‖b‖)
 *   euclidean  1 / (1 + ‖a − b‖), with ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b
 *   jaccard    |a ∩ b| / |a ∪ b|, values left out
 *   bm25       cosine of vectors that the caller has weighted by BM25
 *
 * Source   Sarwar et al., WWW 2001, §3.1.1 (cosine); Jaccard, 1912; Robertson and Zaragoza, 2009 (BM25)
 */
export const COMPARE: Readonly<Record<Similarity, Compare>> = {
  cosine,
  euclidean: (dot, _both, squareA, squareB) => 1 / (1 + Math.sqrt(Math.max(0, squareA + squareB - 2 * dot))),
  jaccard: (_dot, both, _squareA, _squareB, sizeA, sizeB) => both / (sizeA + sizeB - both),
  bm25: cosine,
}

function cosine(dot: number, _both: number, squareA: number, squareB: number): number {
  // One root of the product: two roots would make a vector's cosine with itself miss 1 by a rounding.
  return dot / Math.sqrt(squareA * squareB)
}

/** What n shared positions are worth as evidence: n / (n + shrinkage). Koren, KDD 2008, §2.2, eq. 3. */
export function trust(both: number, shrinkage: number): number {
  return both / (both + shrinkage)
}

/** Σ x² of each row: Float64 [rows]. */
export function squaredNorms(matrix: Csr): Float64Array {
  const squares = new Float64Array(matrix.rows)
  for (let r = 0; r < matrix.rows; r++) {
    let sum = 0
    for (let e = matrix.offsets[r]!; e < matrix.offsets[r + 1]!; e++) sum += matrix.values[e]! ** 2
    squares[r] = sum
  }
  return squares
}
