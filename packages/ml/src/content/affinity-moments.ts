import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import { BlockSymmetric } from '../linear/block-symmetric.ts'
import { eachMoment, type SparseRow } from '../linear/moments.ts'
import { FeatureProfile } from './feature-profile.ts'

/** How a past is read, in training and in asking. */
export interface PastRule {
  readonly historyItems: number
  readonly halfLifeBaskets: number
  readonly lengthPower: number
}

/** Additions that gathering may take; of more moments an even share is read. */
const MOST_WORK = 2e9

/**
 * What moments say, summed. With one moment a row: P its past as features, T the features of what followed, and a
 * constant 1 as the last column of both, so that size n = features + 1.
 */
export interface MomentSums {
  /** PᵀP */
  readonly past: BlockSymmetric
  /** Float64 [n × n] PᵀT */
  readonly turn: Float64Array
  /** For each covered item, over the moments whose past holds it with weight w: Σ w·P, Float32 [covered × n] */
  readonly pastOf: Float32Array
  /** … Σ w·T, Float32 [covered × n] */
  readonly turnOf: Float32Array
  /** … Σ w², Float64 [covered] */
  readonly seenOf: Float64Array
}

/** (Σ values)^−power: how much each entry of a past of these values counts. */
export function pastScale(values: Float64Array, count: number, power: number): number {
  let total = 0
  for (let h = 0; h < count; h++) total += values[h]!
  return count === 0 ? 0 : total ** -power
}

/**
 * Visits moments: the past as features, constant included, and the items of the basket that followed.
 *
 * @param share of all moments, spread evenly, that is visited
 */
export async function eachPast(
  data: Interactions,
  rows: Csr,
  rule: PastRule,
  share: number,
  visit: (profile: FeatureProfile, past: SparseRow, scale: number, future: SparseRow, followed: number) => void,
  breathe: () => Promise<void>,
): Promise<void> {
  const everywhere = Int32Array.from({ length: data.items }, (_, i) => i)
  const profile = new FeatureProfile(rows.columns + 1)
  let due = 0
  await eachMoment(
    data,
    everywhere,
    {
      halfLifeBaskets: rule.halfLifeBaskets,
      // Half of a half of a half …: what is not in the next basket counts nothing.
      futureHalfLifeBaskets: 0.1,
      trainingHalfLifeDays: 0,
      momentItems: rule.historyItems,
    },
    (past, future) => {
      due += share
      if (due < 1) return
      due--
      const scale = pastScale(past.values, past.count, rule.lengthPower)
      for (let h = 0; h < past.count; h++) profile.addRow(rows, past.items[h]!, scale * past.values[h]!)
      profile.add(rows.columns, 1)
      let followed = 0
      while (followed < future.count && future.values[followed] === 1) followed++
      visit(profile, past, scale, future, followed)
      profile.clear()
    },
    breathe,
  )
}

/**
 * Sums over moments, from which affinities are solved.
 *
 * Solves   PᵀP, PᵀT and for each covered item Σ w·P, Σ w·T and Σ w², as `MomentSums` names them
 * Given    interactions; rows items × features; place Int32 [items]: where an item stands among the covered, −1 for the
 *          others
 * Returns  sums of size n = features + 1, the constant last; shapes stand at `MomentSums`
 * Cost     at most MOST_WORK additions: of more moments an even share is read
 * Source   the regressions of past on future of Choi et al., WWW 2021, §4.2, over features in place of items
 */
export async function gatherMoments(
  data: Interactions,
  rows: Csr,
  place: Int32Array,
  covered: number,
  rule: PastRule,
  breathe: () => Promise<void>,
): Promise<MomentSums> {
  const n = rows.columns + 1
  const past = new BlockSymmetric(n)
  const turn = new Float64Array(n * n)
  const pastOf = new Float32Array(covered * n)
  const turnOf = new Float32Array(covered * n)
  const seenOf = new Float64Array(covered)
  const followedBy = new FeatureProfile(n)
  await eachPast(
    data,
    rows,
    rule,
    shareWithin(data, rows, rule),
    (profile, items, scale, future, followed) => {
      for (let f = 0; f < followed; f++) {
        followedBy.addRow(rows, future.items[f]!, 1)
        followedBy.add(n - 1, 1)
      }
      for (let a = 0; a < profile.count; a++) {
        const i = profile.active[a]!
        const value = profile.weights[i]!
        for (let b = 0; b < profile.count; b++) {
          const j = profile.active[b]!
          if (j <= i) past.add(i, j, value * profile.weights[j]!)
        }
        addTo(turn, i * n, followedBy, value)
      }
      for (let h = 0; h < items.count; h++) {
        const at = place[items.items[h]!]!
        if (at < 0) continue
        const weight = scale * items.values[h]!
        addTo(pastOf, at * n, profile, weight)
        addTo(turnOf, at * n, followedBy, weight)
        seenOf[at]! += weight * weight
      }
      followedBy.clear()
    },
    breathe,
  )
  past.mirrorDiagonal()
  return { past, turn, pastOf, turnOf, seenOf }
}

function addTo(sums: Float32Array | Float64Array, from: number, profile: FeatureProfile, factor: number): void {
  for (let a = 0; a < profile.count; a++) {
    const feature = profile.active[a]!
    sums[from + feature]! += factor * profile.weights[feature]!
  }
}

function shareWithin(data: Interactions, rows: Csr, rule: PastRule): number {
  let moments = 0
  let held = 0
  for (let u = 0; u < data.users; u++) {
    const from = data.offsets[u]!
    for (let e = from + 1; e < data.offsets[u + 1]!; e++) {
      if (data.basket[e] === data.basket[e - 1]) continue
      moments++
      held += Math.min(e - from, rule.historyItems)
    }
  }
  const perItem = rows.indices.length / rows.rows
  const active = Math.min(rows.columns, (perItem * held) / Math.max(1, moments)) + 1
  const work = moments * active * (active + (2 * held) / Math.max(1, moments))
  return Math.min(1, MOST_WORK / Math.max(1, work))
}
