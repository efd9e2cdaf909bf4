import type { ArrayReader } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import { checkItem } from '../frame/query.ts'
import { averageLength, bm25, inverseDocumentFrequency, tfIdf } from '../text/term-weights.ts'
import { type AttributeBlock, encodedEntries, type ItemAttributes, matrixOf } from './item-attributes.ts'

export interface EncodingParams {
  readonly textWeighting: 'bm25' | 'tfidf'
  readonly knots: number
}

const KINDS = ['text', 'category', 'number'] as const

/**
 * What must be remembered to encode further items as the first ones were. Features of all blocks are numbered through:
 * terms, categories, or knots of a number's scale.
 */
export type ItemEncoder = {
  /** [blocks] 0 text, 1 category, 2 number. */
  readonly blockKind: Int32Array
  /** [blocks] share of each block, summing to 1. */
  readonly blockShare: Float32Array
  /** [blocks + 1] first feature of each block. */
  readonly blockOffsets: Int32Array
  /** [blocks] mean length of texts. */
  readonly averages: Float32Array
  /** [features] inverse frequency of terms and categories; value of a number's knot, ascending within its block. */
  readonly scale: Float32Array
}

/** Learns frequencies and quantiles from the items at hand. @cost O(entries + items · log items per number block) */
export function fitEncoder({ blocks }: ItemAttributes, { knots }: EncodingParams): ItemEncoder {
  const scales = blocks.map((block) =>
    block.kind === 'number' ? quantiles(block.values, knots) : inverseDocumentFrequency(matrixOf(block)),
  )
  const total = blocks.reduce((sum, { weight }) => sum + weight, 0)
  const blockOffsets = new Int32Array(blocks.length + 1)
  scales.forEach((scale, b) => {
    blockOffsets[b + 1] = blockOffsets[b]! + scale.length
  })
  const scale = new Float32Array(blockOffsets[blocks.length] ?? 0)
  scales.forEach((values, b) => {
    scale.set(values, blockOffsets[b])
  })
  return {
    blockKind: Int32Array.from(blocks, ({ kind }) => KINDS.indexOf(kind)),
    blockShare: Float32Array.from(blocks, ({ weight }) => weight / total),
    blockOffsets,
    averages: Float32Array.from(blocks, (block) => (block.kind === 'text' ? averageLength(block.counts) : 1)),
    scale,
  }
}

/**
 * Bytes that fitting, encoding and turning the rows by feature take, the result included: some six copies of the entries,
 * and ordinary arrays for those of numbers.
 */
export function encodingBytes(attributes: ItemAttributes, { knots }: EncodingParams): number {
  const { items, blocks } = attributes
  const numbers = blocks.filter(({ kind }) => kind === 'number').length
  const features = blocks.reduce((sum, b) => sum + (b.kind === 'number' ? knots : matrixOf(b).columns), 0)
  return 52 * encodedEntries(attributes) + (80 * numbers + 40 + 8 * blocks.length) * items + 32 * features
}

/**
 * Items as rows of features.
 *
 * Solves   x(i)·x(j) = Σ_blocks share · similarity within the block: texts by the cosine of their weighted terms;
 *          categories by the shared ones' relative inverse frequency; numbers by the cosine of their positions between
 *          neighbouring quantiles, 1 for equal and 0 from two quantiles apart
 * Given    a fitted encoder and the same blocks
 * Returns  CSR items × features
 * Cost     O(entries)
 * Source   terms: Salton and Buckley, IP&M 1988 (tf-idf), Robertson and Zaragoza, 2009, eq. 3.15 (BM25)
 * Differs  numbers are spread over two neighbouring quantiles, so that they live in the same index as terms
 * @throws MlError `length_mismatch` when the blocks are not those the encoder was fitted to
 */
export function encodeItems(encoder: ItemEncoder, attributes: ItemAttributes, params: EncodingParams): Csr {
  const { blocks, items } = attributes
  if (
    blocks.length !== encoder.blockKind.length ||
    blocks.some((block, b) => KINDS.indexOf(block.kind) !== encoder.blockKind[b])
  ) {
    throw new MlError('length_mismatch', 'the blocks are not those of the model')
  }
  // A silenced block leaves no entries, or its zeros would put every item on the board.
  const silent: Csr = {
    rows: items,
    columns: 0,
    offsets: new Int32Array(items + 1),
    indices: new Int32Array(0),
    values: new Float32Array(0),
  }
  const parts = blocks.map((block, b) => (encoder.blockShare[b]! > 0 ? encodeBlock(block, b, encoder, params) : silent))
  const offsets = new Int32Array(items + 1)
  for (let i = 0; i < items; i++) {
    offsets[i + 1] = parts.reduce((sum, part) => sum + part.offsets[i + 1]! - part.offsets[i]!, offsets[i]!)
  }
  const indices = new Int32Array(offsets[items] ?? 0)
  const values = new Float32Array(indices.length)
  let end = 0
  for (let i = 0; i < items; i++) {
    parts.forEach((part, b) => {
      const root = Math.sqrt(encoder.blockShare[b]!)
      for (let e = part.offsets[i]!; e < part.offsets[i + 1]!; e++) {
        indices[end] = encoder.blockOffsets[b]! + part.indices[e]!
        values[end++] = root * part.values[e]!
      }
    })
  }
  return { rows: items, columns: encoder.scale.length, offsets, indices, values }
}

function encodeBlock(block: AttributeBlock, b: number, encoder: ItemEncoder, params: EncodingParams): Csr {
  const scale = encoder.scale.subarray(encoder.blockOffsets[b], encoder.blockOffsets[b + 1])
  if (block.kind === 'number') return encodeNumbers(block.values, scale)
  const matrix = matrixOf(block)
  if (matrix.columns !== scale.length) {
    throw new MlError('length_mismatch', `${matrix.columns} columns in a ${block.kind} block of ${scale.length}`)
  }
  if (block.kind === 'category') return encodeCategories(matrix, scale)
  const weighted = params.textWeighting === 'bm25' ? bm25(matrix, scale, encoder.averages[b]!) : tfIdf(matrix, scale)
  return normalised(weighted)
}

/** Values √(relative idf / number of values), so that one shared category counts its relative idf. */
function encodeCategories(matrix: Csr, idf: Float32Array): Csr {
  let rarest = 0
  for (const value of idf) rarest = Math.max(rarest, value)
  const values = new Float32Array(matrix.indices.length)
  for (let i = 0; i < matrix.rows; i++) {
    const [from, to] = [matrix.offsets[i]!, matrix.offsets[i + 1]!]
    for (let e = from; e < to; e++) values[e] = Math.sqrt(idf[matrix.indices[e]!]! / rarest / (to - from))
  }
  return { ...matrix, values }
}

/** Each number as the two knots around it, linearly shared, and normalised. */
function encodeNumbers(numbers: Float32Array, knots: Float32Array): Csr {
  const offsets = new Int32Array(numbers.length + 1)
  const indices: number[] = []
  const values: number[] = []
  numbers.forEach((number, i) => {
    if (!Number.isNaN(number) && knots.length > 0) {
      let right = 0
      while (right < knots.length - 1 && knots[right]! < number) right++
      const left = Math.max(0, right - 1)
      const width = knots[right]! - knots[left]!
      const share = width > 0 ? Math.min(1, Math.max(0, (number - knots[left]!) / width)) : 1
      const norm = Math.hypot(share, 1 - share)
      if (share < 1) {
        indices.push(left)
        values.push((1 - share) / norm)
      }
      if (share > 0) {
        indices.push(right)
        values.push(share / norm)
      }
    }
    offsets[i + 1] = indices.length
  })
  return {
    rows: numbers.length,
    columns: knots.length,
    offsets,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  }
}

/** The distinct quantiles 0, 1/(n−1), … 1 of what is known; none where nothing is. */
function quantiles(values: Float32Array, n: number): Float32Array {
  const known = values.filter((value) => Number.isFinite(value)).sort()
  if (known.length === 0) return known
  const picked = Array.from({ length: n }, (_, q) => known[Math.round((q * (known.length - 1)) / (n - 1))]!)
  return Float32Array.from(new Set(picked))
}

function normalised(matrix: Csr): Csr {
  const values = matrix.values.slice()
  for (let r = 0; r < matrix.rows; r++) {
    let squares = 0
    for (let e = matrix.offsets[r]!; e < matrix.offsets[r + 1]!; e++) squares += values[e]! * values[e]!
    const norm = Math.sqrt(squares)
    for (let e = matrix.offsets[r]!; e < matrix.offsets[r + 1]!; e++) values[e]! /= norm
  }
  return { ...matrix, values }
}

/** Where a feature stands: its block, and its term, category or knot within the block. */
export interface FeaturePlace {
  readonly block: number
  readonly feature: number
}

/** @throws MlError `index_out_of_range` */
export function placeOf({ blockOffsets, scale }: ItemEncoder, feature: number): FeaturePlace {
  checkItem(feature, scale.length)
  let block = 0
  while (blockOffsets[block + 1]! <= feature) block++
  return { block, feature: feature - blockOffsets[block]! }
}

/** @throws MlError `bad_model` */
export function readEncoder(arrays: ArrayReader): ItemEncoder {
  const scale = arrays.f32('scale')
  const blockOffsets = arrays.offsets('blockOffsets', scale.length)
  const blocks = blockOffsets.length - 1
  return {
    blockKind: arrays.indices('blockKind', KINDS.length, blocks),
    blockShare: arrays.f32('blockShare', blocks),
    blockOffsets,
    averages: arrays.f32('averages', blocks),
    scale,
  }
}
