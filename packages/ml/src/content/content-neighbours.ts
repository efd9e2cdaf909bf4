import { ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import { type Csr, transpose } from '../frame/csr.ts'
import type { Model, TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { ContentScorer, readRows } from './content-scorer.ts'
import { checkAttributes, type ItemAttributes } from './item-attributes.ts'
import { encodeItems, fitEncoder, type ItemEncoder, readEncoder } from './item-encoder.ts'

export interface ContentNeighboursParams {
  measure: 'cosine' | 'euclidean'
  textWeighting: 'bm25' | 'tfidf'
  knots: number
  historySteps: number
  stepDecay: number
  profileFeatures: number
  commonFrom: number
}

/**
 * Content neighbours: items like those of the history by text, categories and numbers. Needs nobody to have touched an
 * item; items can be added to a model without training it again (`extendContent`).
 *
 * Solves   with x(i) the encoded item and p = Σ_h decay(step of h) · w(h) · x(h) / Σ_h decay(step of h) · w(h):
 *            cosine     s(j) = p · x(j), rows normalised to 1
 *            euclidean  s(j) = 1 / (1 + ‖p − x(j)‖)
 *          for the items that share a feature with p; features of more than `commonFrom` items bring none by themselves,
 *          unless nothing else does, but weigh in full for those that others brought
 * Given    attribute blocks with weights
 * Returns  offsets Int32 [items + 1], features Int32, values Float32: the encoded rows; postingOffsets Int32
 *          [features + 1], postingItems Int32, postingValues Float32: the same by feature; squares Float32 [items]; and
 *          the encoder's arrays
 * Cost     O(entries) to train; a query costs at most `profileFeatures` · `commonFrom` postings
 *          and the rows of the items these bring
 * Source   the vector space model with an inverted index, Salton, Wong and Yang, CACM 1975; Rocchio's profile, 1971
 * Differs  numbers are cut into overlapping positions between quantiles, so that they too live in the index
 */
export const contentNeighbours = defineAlgorithm({
  kind: 'content-neighbours',
  parameters: declareParameters<ContentNeighboursParams>({
    measure: {
      type: 'choice',
      default: 'cosine',
      choices: ['cosine', 'euclidean'],
      meaning: 'cosine looks at the mix of attributes only; euclidean also wants as many of them known',
    },
    textWeighting: { type: 'choice', default: 'bm25', choices: ['bm25', 'tfidf'], meaning: 'how terms are weighted' },
    knots: { type: 'integer', default: 8, min: 2, max: 1000, meaning: 'quantiles that a number lies between' },
    historySteps: {
      type: 'integer',
      default: 10,
      min: 1,
      max: 100_000,
      meaning: 'newest baskets of a query that speak',
    },
    stepDecay: {
      type: 'number',
      default: 0.8,
      min: 0,
      max: 1,
      meaning: 'weight of each basket against the one after it',
    },
    profileFeatures: {
      type: 'integer',
      default: 300,
      min: 1,
      max: 1_000_000,
      meaning: 'features of a query that speak',
    },
    commonFrom: {
      type: 'integer',
      default: 500,
      min: 0,
      max: 2_000_000_000,
      meaning: 'items a feature may have and still bring them as candidates; bounds the cost in large catalogues',
    },
  }),
  async fit(attributes: ItemAttributes, params) {
    checkAttributes(attributes)
    const encoder = fitEncoder(attributes, params)
    return contentArrays(encoder, comparable(encodeItems(encoder, attributes, params), params.measure))
  },
  open: (arrays, params) => new ContentScorer(arrays, params),
})

/**
 * The model with further items, numbered on from those it has. Frequencies and quantiles stay those of training.
 *
 * @param attributes the same blocks in the same order, with the same terms and categories
 * @throws MlError `bad_model`, `length_mismatch`, `bad_weight`
 */
export function extendContent(model: Model, attributes: ItemAttributes): Model {
  contentNeighbours.open(model)
  checkAttributes(attributes)
  const params = contentNeighbours.parameters.resolve(model.params)
  const arrays = new ArrayReader(model)
  const encoder = readEncoder(arrays)
  const known = readRows(arrays, encoder.scale.length)
  const added = comparable(encodeItems(encoder, attributes, params), params.measure)
  const values = new Float32Array(known.values.length + added.values.length)
  values.set(known.values)
  values.set(added.values, known.values.length)
  const rows: Csr = {
    rows: known.rows + added.rows,
    columns: known.columns,
    offsets: concatenated(
      known.offsets,
      added.offsets.subarray(1).map((offset) => offset + known.indices.length),
    ),
    indices: concatenated(known.indices, added.indices),
    values,
  }
  return { ...model, arrays: contentArrays(encoder, rows) }
}

function concatenated(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function contentArrays(encoder: ItemEncoder, rows: Csr): Record<string, TypedArray> {
  const postings = transpose(rows)
  return {
    ...encoder,
    offsets: rows.offsets,
    features: rows.indices,
    values: rows.values,
    squares: Float32Array.from({ length: rows.rows }, (_, i) => squareOf(rows, i)),
    postingOffsets: postings.offsets,
    postingItems: postings.indices,
    postingValues: postings.values,
  }
}

/** Rows whose dot product is the similarity: unit rows for the cosine, as they are for distances. */
function comparable(rows: Csr, measure: ContentNeighboursParams['measure']): Csr {
  if (measure === 'euclidean') return rows
  const values = rows.values.slice()
  for (let i = 0; i < rows.rows; i++) {
    const norm = Math.sqrt(squareOf(rows, i))
    if (norm === 0) continue
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) values[e]! /= norm
  }
  return { ...rows, values }
}

function squareOf(rows: Csr, i: number): number {
  let squares = 0
  for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) squares += rows.values[e]! * rows.values[e]!
  return squares
}
