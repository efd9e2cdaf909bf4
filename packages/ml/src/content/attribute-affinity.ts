import { ArrayReader, defineAlgorithm } from '../frame/algorithm.ts'
import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { Interactions } from '../frame/interactions.ts'
import { checkInteractions } from '../frame/interactions-builder.ts'
import type { FitRun, Model, TypedArray } from '../frame/model.ts'
import { declareParameters } from '../frame/parameters.ts'
import { pause } from '../frame/run.ts'
import { TopK } from '../frame/topk.ts'
import { mostPopular } from '../linear/covered-items.ts'
import { easeBytes } from '../linear/ease.ts'
import { preferencesBytes, preferencesOf } from '../neighbours/preferences.ts'
import { eachPast, gatherMoments } from './affinity-moments.ts'
import { AffinityScorer, type AffinityScoring } from './affinity-scorer.ts'
import { itemAffinities, solveAffinity } from './affinity-weights.ts'
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
import { Kinship } from './kinship.ts'

export interface AttributeAffinityParams extends AffinityScoring, EncodingParams {
  learnedFeatures: number
  ownItems: number
  pastL2: number
  itemL2: number
  ownL2: number
  affinities: number
}

/** What was done with items, and what the items are. */
export interface DescribedInteractions {
  readonly interactions: Interactions
  /** Of the same items; those without interactions are new ones. */
  readonly attributes: ItemAttributes
}

/**
 * Attribute affinity: which attributes follow which, so that an item nobody has touched is found by what it is.
 *
 * Solves   with x(i) the item's unit row of features, p the past's Σ_h v_h·x(h) / (Σ_h v_h)^lengthPower and a constant,
 *          t the features of what followed, over the most frequent features:
 *            W = (PᵀP + pastL2·I)⁻¹ · PᵀT · (XᵀX + itemL2·I)⁻¹
 *          each of the ownItems most frequent items adds c(h), the ridge regression (ownL2) of what W leaves unexplained
 *          when h is in the past; scores are
 *            s(j) = (demand·W(constant) + Σ_h v_h·(x(h)·W + c(h)))·x(j) + likeness·scale·Σ_h v_h·(x(h)·x(j))^likenessPower
 *          v_h divided as in p; scale makes likeness 1 tell what followed apart as strongly as the learned part does
 * Given    interactions and attribute blocks with weights over the same items
 * Returns  the encoder's arrays; the encoded rows and the same by feature as content neighbours have them; learned Int32
 *          [K] features, ascending; weights Float32 [K × K]; demand Float32 [K]; affinityOffsets Int32 [items + 1],
 *          affinityFeatures Int32, affinityValues Float32: x(h)·W + c(h), the `affinities` of largest magnitude;
 *          scaleOfLikeness Float32 [2]: of the first power, by which the scan finds items, and of likenessPower
 * Cost     at most 2·10⁹ additions to gather, O(K³ + ownItems·K²) to solve, 8·K·(ownItems + 4·K) bytes; a query costs
 *          O(history · affinities) and the bounds of the scan; above the first power also candidates · history · features
 *          of an item
 * Source   two-sided ridge regression on pairs of features: Park and Chu, Pairwise Preference Regression for Cold-start
 *          Recommendation, RecSys 2009, §3; past and future as SLIST's, Choi et al., WWW 2021, §4.2
 * Differs  attributes only, moments in place of ratings; each side is whitened by its own ridge; items of the past also
 *          speak for themselves, in one step of block descent instead of a joint solution; likeness is raised to a power
 *          for each item of the past apart, a polynomial kernel, so that one close relative outweighs many distant ones
 */
export const attributeAffinity = defineAlgorithm({
  kind: 'attribute-affinity',
  parameters: declareParameters<AttributeAffinityParams>({
    textWeighting: { type: 'choice', default: 'bm25', choices: ['bm25', 'tfidf'], meaning: 'how terms are weighted' },
    knots: { type: 'integer', default: 8, min: 2, max: 1000, meaning: 'quantiles that a number lies between' },
    learnedFeatures: {
      type: 'integer',
      default: 700,
      min: 1,
      max: 4000,
      meaning: 'features of most items that affinities are learned between; the others only liken',
    },
    ownItems: {
      type: 'integer',
      default: 10_000,
      min: 0,
      max: 100_000,
      meaning: 'items of most users that speak for themselves beside their features',
    },
    pastL2: { type: 'number', default: 10, min: 1e-6, max: 1e12, meaning: 'ridge on features of the past' },
    itemL2: { type: 'number', default: 1, min: 1e-6, max: 1e12, meaning: 'ridge on features of items' },
    ownL2: { type: 'number', default: 20, min: 1e-6, max: 1e12, meaning: 'ridge on what an item itself says' },
    affinities: { type: 'integer', default: 64, min: 1, max: 4000, meaning: 'weights kept per item of the past' },
    historyItems: { type: 'integer', default: 15, min: 1, max: 10_000, meaning: 'newest items of a past that speak' },
    halfLifeBaskets: {
      type: 'number',
      default: 2.5,
      min: 0,
      max: 1_000_000,
      meaning: 'later baskets after which an item of the past counts half; 0: position does not count',
    },
    lengthPower: {
      type: 'number',
      default: 0.5,
      min: 0,
      max: 1,
      meaning: 'power of the past’s weight that scores are divided by; below 1 long pasts outweigh demand',
    },
    likeness: {
      type: 'number',
      default: 0.3,
      min: 0,
      max: 1_000_000,
      meaning: 'weight of being like the past against what was learned; 0: likeness does not count',
    },
    likenessPower: {
      type: 'integer',
      default: 1,
      min: 1,
      max: 8,
      meaning: 'power of the likeness to each item of the past; above 1 one close relative outweighs many distant ones',
    },
    demand: {
      type: 'number',
      default: 1,
      min: 0,
      max: 1000,
      meaning: 'weight of what is wanted whatever the past; 1 as learned',
    },
    ...SCAN_PARAMETERS,
  }),
  memory({ interactions, attributes }: DescribedInteractions, params) {
    const { items } = interactions
    // The features may be fewer than are learned between; knowing them takes the work itself.
    const size = params.learnedFeatures + 1
    const learning = learningBytes(size, Math.min(params.ownItems, items)) + 2 * easeBytes(size)
    const kept = 24 * items * Math.min(params.affinities, params.learnedFeatures)
    return encodingBytes(attributes, params) + preferencesBytes(interactions) + learning + kept + 40 * items
  },
  async fit({ interactions, attributes }: DescribedInteractions, params, run) {
    checkInteractions(interactions)
    checkAttributes(attributes)
    if (attributes.items !== interactions.items) {
      throw new MlError('length_mismatch', `attributes of ${attributes.items} items, ${interactions.items} in all`)
    }
    const encoder = fitEncoder(attributes, params)
    const rows = unitRows(encodeItems(encoder, attributes, params))
    await pause(run, 0.05)
    const learned = mostFrequent(rows, params.learnedFeatures)
    return arraysOf(encoder, rows, learned, await learnAffinity(interactions, rows, learned, params, run))
  },
  open: (arrays, params) => new AffinityScorer(arrays, params),
})

/**
 * The model with further items, numbered on from those it has. Nothing is learned anew.
 *
 * @param attributes the same blocks in the same order, with the same terms and categories
 * @throws MlError `bad_model`, `length_mismatch`, `bad_weight`
 */
export async function extendAffinity(model: Model, attributes: ItemAttributes): Promise<Model> {
  attributeAffinity.open(model)
  checkAttributes(attributes)
  const params = attributeAffinity.parameters.resolve(model.params)
  const arrays = new ArrayReader(model)
  const encoder = readEncoder(arrays)
  const known = readRows(arrays, encoder.scale.length)
  const learned = arrays.i32('learned')
  const weights = arrays.f32('weights')
  const added = unitRows(encodeItems(encoder, attributes, params))
  const place = new Int32Array(added.rows).fill(-1)
  const own = columnsOf(added, learned)
  const affinities = await itemAffinities(undefined, weights, own, place, params.affinities, undefined)
  const features = arrays.i32('affinityFeatures')
  const held: Csr = {
    rows: known.rows,
    columns: known.columns,
    offsets: arrays.offsets('affinityOffsets', features.length),
    indices: features,
    values: arrays.f32('affinityValues', features.length),
  }
  return {
    ...model,
    arrays: arraysOf(encoder, stackRows(known, added), learned, {
      weights,
      demand: arrays.f32('demand'),
      affinities: stackRows(held, inPlaceOf(affinities, learned)),
      scale: arrays.f32('scaleOfLikeness'),
    }),
  }
}

/** What training may take beside the data and the model. */
const MOST_BYTES = 2 ** 30

/** Bytes of the sums over moments and of what is solved from them, for so many features and items of their own. */
function learningBytes(size: number, own: number): number {
  return 8 * size * (own + 4 * size)
}

interface Learned {
  readonly weights: Float32Array
  readonly demand: Float32Array
  /** items × features */
  readonly affinities: Csr
  /** [2] */
  readonly scale: Float32Array
}

function arraysOf(encoder: ItemEncoder, rows: Csr, learned: Int32Array, parts: Learned): Record<string, TypedArray> {
  return {
    ...encoder,
    ...indexArrays(rows),
    learned,
    weights: parts.weights,
    demand: parts.demand,
    affinityOffsets: parts.affinities.offsets,
    affinityFeatures: parts.affinities.indices,
    affinityValues: parts.affinities.values,
    scaleOfLikeness: parts.scale,
  }
}

async function learnAffinity(
  data: Interactions,
  rows: Csr,
  learned: Int32Array,
  params: Readonly<AttributeAffinityParams>,
  run: FitRun,
): Promise<Learned> {
  const x = columnsOf(rows, learned)
  const sold = new Uint8Array(data.items)
  for (const item of data.item) sold[item] = 1
  const place = new Int32Array(data.items).fill(-1)
  const own = ownItems(data, params)
  const bytes = learningBytes(learned.length + 1, own.length)
  if (bytes > MOST_BYTES) {
    throw new MlError('too_large', `${Math.ceil(bytes / 1e6)} MB to learn; lower learnedFeatures or ownItems`)
  }
  own.forEach((item, c) => {
    place[item] = c
  })
  const sums = await gatherMoments(data, x, place, own.length, params, () => pause(run, 0.2))
  const solved = await solveAffinity(sums, x, sold, params, run)
  const size = learned.length
  const weights = new Float32Array(size * size)
  for (let f = 0; f < size; f++) {
    weights.set(solved.weights.subarray(f * (size + 1), f * (size + 1) + size), f * size)
  }
  const demand = Float32Array.from(solved.weights.subarray(size * (size + 1), size * (size + 1) + size))
  const affinities = await itemAffinities(solved, weights, x, place, params.affinities, run)
  const scale = await likenessScale(data, rows, x, affinities, demand, params, run)
  return { weights, demand, affinities: inPlaceOf(affinities, learned), scale }
}

function ownItems(data: Interactions, { ownItems: limit }: Readonly<AttributeAffinityParams>): Int32Array {
  const rule = { weighting: 'binary', halfLifeDays: 0, halfLifeBaskets: 0, historyItems: data.items } as const
  return limit === 0 ? new Int32Array(0) : mostPopular(preferencesOf(data, rule), limit)
}

/** The features that most items have, ties by feature: Int32 ascending. */
function mostFrequent(rows: Csr, limit: number): Int32Array {
  const items = new Int32Array(rows.columns)
  for (const feature of rows.indices) items[feature]!++
  const top = new TopK(Math.min(limit, rows.columns))
  items.forEach((count, feature) => {
    if (count > 0) top.offer(feature, count)
  })
  return top.ids.slice(0, top.finish()).sort()
}

/** The columns `kept`, ascending, renumbered by their place. */
function columnsOf(rows: Csr, kept: Int32Array): Csr {
  const place = new Int32Array(rows.columns).fill(-1)
  kept.forEach((feature, p) => {
    place[feature] = p
  })
  const offsets = new Int32Array(rows.rows + 1)
  const indices = new Int32Array(rows.indices.length)
  const values = new Float32Array(rows.indices.length)
  let end = 0
  for (let i = 0; i < rows.rows; i++) {
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) {
      const p = place[rows.indices[e]!]!
      if (p < 0) continue
      indices[end] = p
      values[end++] = rows.values[e]!
    }
    offsets[i + 1] = end
  }
  return {
    rows: rows.rows,
    columns: kept.length,
    offsets,
    indices: indices.slice(0, end),
    values: values.slice(0, end),
  }
}

function inPlaceOf(rows: Csr, learned: Int32Array): Csr {
  return { ...rows, indices: rows.indices.map((p) => learned[p]!) }
}

/** Moments that the scale of likeness is measured on; a mean of this many is firm enough. */
const SCALE_MOMENTS = 3000
/** Items, evenly spread, that the average likeness is measured on. */
const SCALE_ITEMS = 50

/**
 * Σ over moments of how far the learned part lifts what followed above the average item, divided by the same for
 * likeness of the first power and of likenessPower; 1 where either lifts nothing. Float32 [2]
 */
async function likenessScale(
  data: Interactions,
  rows: Csr,
  x: Csr,
  affinities: Csr,
  demand: Float32Array,
  params: Readonly<AttributeAffinityParams>,
  run: FitRun,
): Promise<Float32Array> {
  const averageLearned = meanRow(x)
  const average = meanRow(rows)
  const sampled = Int32Array.from({ length: Math.min(SCALE_ITEMS, rows.rows) }, (_, n) =>
    Math.floor((n * rows.rows) / Math.min(SCALE_ITEMS, rows.rows)),
  )
  const query = new Float64Array(x.columns)
  const kin = new Kinship(rows)
  const power = params.likenessPower
  const lifts = [0, 0]
  let learnedLift = 0
  const share = Math.min(1, SCALE_MOMENTS / Math.max(1, data.item.length))
  await eachPast(
    data,
    rows,
    params,
    share,
    (_, past, scale, future, followed) => {
      query.set(demand)
      for (let h = 0; h < past.count; h++) {
        const weight = scale * past.values[h]!
        for (let e = affinities.offsets[past.items[h]!]!; e < affinities.offsets[past.items[h]! + 1]!; e++) {
          query[affinities.indices[e]!]! += weight * affinities.values[e]!
        }
      }
      let ofAverage = 0
      for (let f = 0; f < query.length; f++) ofAverage += query[f]! * averageLearned[f]!
      const targets = future.items.subarray(0, followed)
      for (const item of targets) {
        for (let e = x.offsets[item]!; e < x.offsets[item + 1]!; e++) {
          learnedLift += query[x.indices[e]!]! * x.values[e]!
        }
        learnedLift -= ofAverage
      }
      for (let h = 0; h < past.count; h++) {
        const weight = scale * past.values[h]!
        kin.of(past.items[h]!)
        const usual = kin.toRow(average)
        const usualPower = power === 1 ? usual : meanOf(sampled, (item) => kin.to(item) ** power)
        for (const item of targets) {
          const alike = kin.to(item)
          lifts[0]! += weight * (alike - usual)
          lifts[1]! += weight * (alike ** power - usualPower)
        }
      }
    },
    () => pause(run, 0.99),
  )
  return Float32Array.from(lifts, (lift) => (learnedLift > 0 && lift > 0 ? learnedLift / lift : 1))
}

function meanOf(items: Int32Array, of: (item: number) => number): number {
  let sum = 0
  for (const item of items) sum += of(item)
  return items.length === 0 ? 0 : sum / items.length
}

function meanRow(rows: Csr): Float64Array {
  const mean = new Float64Array(rows.columns)
  rows.indices.forEach((feature, e) => {
    mean[feature]! += rows.values[e]! / rows.rows
  })
  return mean
}
