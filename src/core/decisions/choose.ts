import { CERTAIN, type Draw, propensity } from './draw.ts'
import { diversityCaps } from './policies/diversity.ts'
import { type Candidates, eligible } from './policies/eligible.ts'
import type { PolicyContext, RefusalCode, RefusalCounts } from './policies/policy.ts'
import type { SeededRandom } from './random.ts'

/** What came to stand at one position. */
export interface ChosenCandidate extends Draw {
  /** Index into the candidates. */
  readonly candidate: number
  /** Probability of this item at this position, given the positions above it. */
  readonly propensity: number
  /** The slot that put it here; left out where it stands by its own worth or by chance. */
  readonly slot?: number
}

export interface Choice {
  readonly chosen: readonly ChosenCandidate[]
  readonly refused: RefusalCounts
}

/** A position that is filled before all others, whatever the scores say. */
export interface Slot {
  /** From 0. */
  readonly position: number
  /** Indices into the candidates, in the order in which they are tried: the first that may be shown stands there. */
  readonly candidates: readonly number[]
}

/** What is decided of a list before chance comes to it. */
export interface ListPlan {
  /** In the order in which they are filled; of two for one position the later one moves down. */
  readonly slots?: readonly Slot[]
  /** [candidates] 1 for new products, which have a floor. */
  readonly fresh?: Uint8Array
}

/**
 * Policies, then a list drawn position by position.
 *
 * Solves   at each position that no slot holds, among the candidates that the policies and the positions above still
 *          allow, best first: with probability ε one drawn uniformly from the first `explorePool`; with probability ν,
 *          where new products may stand here, one drawn uniformly from those; else the best
 * Returns  the list and p(item | positions above) of each, see draw.ts; what a slot holds has 1. Each new product that
 *          may stand at a position comes there with at least ν / n, and new products together with at least ν
 * Cost     O(n + limit · (explorePool + taken or capped candidates passed over)), with a floor O(limit · n)
 * Source   ε-greedy with logged propensities, as in Bottou et al., JMLR 14, 2013, §3 and §4.2; the floor is a mixture
 *          with a second uniform policy, whose probabilities add
 * Differs  caps are asked again for every position, so that an explored item counts too; and randomisation comes after
 *          all rules, so that no rule changes a probability afterwards
 */
export function choose(
  candidates: Candidates,
  context: PolicyContext,
  limit: number,
  random: SeededRandom,
  plan: ListPlan = {},
): Choice {
  const slots = plan.slots ?? []
  const wanted = slots.flatMap((slot) => slot.candidates)
  const { positions, refused } = eligible(candidates, context, wanted)
  const { exploreRate, explorePool, newShare = 0 } = context.policy
  const caps = diversityCaps(context)
  const rowOf = (i: number) => candidates.rows[positions[i]!]!
  const taken = new Uint8Array(positions.length)
  const held = slots.length === 0 ? NOTHING_HELD : heldPositions(slots, positions, limit)
  // What the shop placed counts from the start, so that nothing above it breaks a cap by its coming.
  for (const { place } of held.values()) {
    taken[place] = 1
    caps.take(rowOf(place))
  }
  const chosen: ChosenCandidate[] = []
  const pool: number[] = []
  const fresh: number[] = []
  const poolSize = exploreRate > 0 ? explorePool : 1
  let first = 0
  let reached = 0
  while (chosen.length < limit) {
    while (taken[first] === 1) first++
    pool.length = 0
    fresh.length = 0
    const wantsFresh = newShare > 0 && plan.fresh !== undefined
    for (let i = first; i < positions.length && (pool.length < poolSize || wantsFresh); i++) {
      if (taken[i] === 1 || caps.broken(rowOf(i)) !== undefined) continue
      if (pool.length < poolSize) pool.push(i)
      if (wantsFresh && plan.fresh?.[positions[i]!] === 1) fresh.push(i)
    }
    // Two draws for every position, used or not, so that a seed means the same whatever came out above.
    const [which, within] = [random.next(), random.next()]
    const best = pool[0]
    const hold = held.get(chosen.length) ?? (best === undefined ? nextHeld(held, chosen.length) : undefined)
    if (hold !== undefined) {
      held.delete(hold.position)
      chosen.push({ ...CERTAIN, candidate: positions[hold.place]!, propensity: 1, slot: hold.slot })
      continue
    }
    if (best === undefined) break
    const place =
      which < exploreRate
        ? drawn(pool, within)
        : which < exploreRate + newShare && fresh.length > 0
          ? drawn(fresh, within)
          : best
    taken[place] = 1
    reached = Math.max(reached, best)
    caps.take(rowOf(place))
    const draw: Draw = {
      pool: pool.length,
      pooled: pool.includes(place),
      best: place === best,
      newPool: fresh.length,
      fresh: fresh.includes(place),
    }
    chosen.push({ ...draw, candidate: positions[place]!, propensity: propensity({ exploreRate, newShare }, draw) })
  }
  const passedOver = (i: number) => (taken[i] === 0 ? caps.broken(rowOf(i)) : undefined)
  const end = chosen.length < limit ? positions.length : reached
  return { chosen, refused: countRefusals(refused, end, passedOver) }
}

interface Held {
  readonly position: number
  /** Index into the eligible positions. */
  readonly place: number
  readonly slot: number
}

const NOTHING_HELD = new Map<number, Held>()

/** Which eligible candidate stands at which position by a slot. */
function heldPositions(slots: readonly Slot[], positions: Int32Array, limit: number): Map<number, Held> {
  const placeOf = new Map<number, number>()
  positions.forEach((candidate, place) => {
    placeOf.set(candidate, place)
  })
  const used = new Set<number>()
  const held = new Map<number, Held>()
  slots.forEach((slot, s) => {
    let { position } = slot
    while (held.has(position)) position++
    const place = slot.candidates.map((one) => placeOf.get(one)).find((one) => one !== undefined && !used.has(one))
    if (position >= limit || place === undefined) return
    used.add(place)
    held.set(position, { position, place, slot: s })
  })
  return held
}

/** The list ends before the position that something is held for: it moves up. */
function nextHeld(held: ReadonlyMap<number, Held>, from: number): Held | undefined {
  let next: Held | undefined
  for (const one of held.values()) {
    if (one.position >= from && (next === undefined || one.position < next.position)) next = one
  }
  return next
}

function drawn(from: readonly number[], uniform: number): number {
  return from[Math.floor(uniform * from.length)]!
}

/** Adds the candidates before `end` that a cap kept out. */
function countRefusals(
  refused: RefusalCounts,
  end: number,
  passedOver: (i: number) => RefusalCode | undefined,
): RefusalCounts {
  const counts: Partial<Record<RefusalCode, number>> = { ...refused }
  for (let i = 0; i < end; i++) {
    const code = passedOver(i)
    if (code !== undefined) counts[code] = (counts[code] ?? 0) + 1
  }
  return counts
}
