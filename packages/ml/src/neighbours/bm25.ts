import type { Csr } from '../frame/csr.ts'

/** What BM25 knows of a collection: how rare each term is and how long a document usually is. */
export interface Bm25Statistics {
  /** [terms] > 0 */
  readonly rarity: Float32Array
  /** The mean of the documents' summed values; 1 for an empty collection. */
  readonly meanLength: number
}

/** Term saturation. 1.2 is the middle of the range that Robertson and Zaragoza report as good, §3.5. */
const SATURATION = 1.2

/** Length normalisation, likewise: 0 ignores how long a document is, 1 divides by it. */
const LENGTH_SHARE = 0.75

/**
 * @param documents documents × terms, values > 0 as term frequencies
 * @returns rarity(t) = ln(1 + (N − n_t + ½) / (n_t + ½)), never below 0, unlike the paper's
 */
export function bm25Statistics(documents: Csr): Bm25Statistics {
  const { rows, columns, indices, values } = documents
  const holders = new Int32Array(columns)
  let total = 0
  for (let e = 0; e < indices.length; e++) {
    holders[indices[e]!]!++
    total += values[e]!
  }
  const rarity = Float32Array.from(holders, (n) => Math.log(1 + (rows - n + 0.5) / (n + 0.5)))
  return { rarity, meanLength: total > 0 ? total / rows : 1 }
}

/**
 * One term's weight in one document: rarity · tf · (k₁ + 1) / (tf + k₁ · (1 − b + b · length / mean)).
 *
 * Source   Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond, 2009, eq. 3.15
 */
export function bm25Weight(frequency: number, rarity: number, length: number, meanLength: number): number {
  const norm = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * length) / meanLength)
  return (rarity * frequency * (SATURATION + 1)) / (frequency + norm)
}

/** The documents with every value replaced by its BM25 weight. */
export function bm25Weighted(documents: Csr, statistics: Bm25Statistics): Csr {
  const { rows, offsets, indices, values } = documents
  const weighted = new Float32Array(values.length)
  for (let d = 0; d < rows; d++) {
    let length = 0
    for (let e = offsets[d]!; e < offsets[d + 1]!; e++) length += values[e]!
    for (let e = offsets[d]!; e < offsets[d + 1]!; e++) {
      weighted[e] = bm25Weight(values[e]!, statistics.rarity[indices[e]!]!, length, statistics.meanLength)
    }
  }
  return { ...documents, values: weighted }
}
