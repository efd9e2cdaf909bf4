import { ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import { type Csr, rowNorms } from '../frame/csr.ts'
import type { Model, TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { ContentScorer, type ContentScoring } from './content-scorer.ts'
import { indexArrays, readRows, stackRows, unitRows } from './feature-rows.ts'
import { SCAN_PARAMETERS } from './feature-scan.ts'
import { checkAttributes, type ItemAttributes } from './item-attributes.ts'
import {
  type EncodingParams,
  encodeItems,
  encodingBytes,
  fitEncoder,
  type ItemEncoder,
  readEncoder,
} from './item-encoder.ts'

export interface ContentNeighboursParams extends EncodingParams, ContentScoring {}

/**
 * Content neighbours: items like those of the history by text, categories and numbers. Needs nobody to have touched an
 * item; items can be added to a model without training it again (`extendContent`).
 *
 * Solves   with x(i) the encoded item and p = Σ_h decay(step of h) · w(h) · x(h) / Σ_h decay(step of h) · w(h):
 *            cosine     s(j) = p · x(j), rows normalised to 1
 *            euclidean  s(j) = 1 / (1 + ‖p − x(j)‖)
 *          for the best items that a bounded scan of p's features finds, scored in full
 * Given    attribute blocks with weights
 * Returns  offsets Int32 [items + 1], features Int32, values Float32: the encoded rows; postingOffsets Int32
 *          [features + 1], postingItems Int32, postingValues Float32: the same by feature; squares Float32 [items]; and
 *          the encoder's arrays
 * Cost     O(entries) to train; a query costs O(entries of the history's items) and the bounds of the scan
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
    ...SCAN_PARAMETERS,
  }),
  memory: (attributes: ItemAttributes, params) => encodingBytes(attributes, params),
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
  return { ...model, arrays: contentArrays(encoder, stackRows(known, added)) }
}

function contentArrays(encoder: ItemEncoder, rows: Csr): Record<string, TypedArray> {
  return {
    ...encoder,
    ...indexArrays(rows),
    squares: Float32Array.from(rowNorms(rows), (norm) => norm * norm),
  }
}

/** Rows whose dot product is the similarity: unit rows for the cosine, as they are for distances. */
function comparable(rows: Csr, measure: ContentNeighboursParams['measure']): Csr {
  return measure === 'euclidean' ? rows : unitRows(rows)
}
