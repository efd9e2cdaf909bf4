import { diversityCaps } from './policies/diversity.ts'
import { type Candidates, eligible } from './policies/eligible.ts'
import type { PolicyContext, RefusalCode, RefusalCounts } from './policies/policy.ts'
import type { SeededRandom } from './random.ts'

/** What came to stand at one position. */
export interface ChosenCandidate {
  /** Index into the candidates. */
  readonly candidate: number
  /**
   * How many candidates a random draw would have drawn from here, and whether the best of them came out. With the
   * placement's explore rate they are the propensity, exactly.
   */
  readonly pool: number
  readonly best: boolean
  /** Probability of this item at this position, given the positions above it. */
  readonly propensity: number
}

export interface Choice {
  readonly chosen: readonly ChosenCandidate[]
  readonly refused: RefusalCounts
}

/**
 * Policies, then a list drawn position by position.
 *
 * Solves   at each position, among the candidates that the policies and the positions above still allow, best first:
 *          with probability 1 − ε the best, with probability ε one drawn uniformly from the first `explorePool`
 * Returns  the list and p(item | positions above) of each: 1 − ε + ε/m for the best of a pool of m, ε/m for another;
 *          they sum to 1 over the pool, and none of a pool is below ε/explorePool
 * Cost     O(n + limit · (explorePool + taken or capped candidates passed over))
 * Source   ε-greedy with logged propensities, as in Bottou et al., JMLR 14, 2013, §3 and §4.2
 * Differs  caps are asked again for every position, so that an explored item counts too; and randomisation comes after
 *          all rules, so that no rule changes a probability afterwards
 */
export function choose(candidates: Candidates, context: PolicyContext, limit: number, random: SeededRandom): Choice {
  const { positions, refused } = eligible(candidates, context)
  const { exploreRate, explorePool } = context.policy
  const caps = diversityCaps(context)
  const taken = new Uint8Array(positions.length)
  const chosen: ChosenCandidate[] = []
  const pool: number[] = []
  const poolSize = exploreRate > 0 ? explorePool : 1
  let reached = 0
  while (chosen.length < limit) {
    pool.length = 0
    for (let i = 0; i < positions.length && pool.length < poolSize; i++) {
      if (taken[i] === 0 && caps.broken(candidates.rows[positions[i]!]!) === undefined) pool.push(i)
    }
    const best = pool[0]
    if (best === undefined) break
    // Two draws for every position, used or not, so that a seed means the same whatever came out above.
    const explores = random.next() < exploreRate
    const drawn = pool[Math.floor(random.next() * pool.length)] ?? best
    const place = explores ? drawn : best
    taken[place] = 1
    reached = Math.max(reached, best)
    const candidate = positions[place]!
    caps.take(candidates.rows[candidate]!)
    chosen.push({
      candidate,
      pool: pool.length,
      best: place === best,
      propensity: propensity(exploreRate, pool.length, place === best),
    })
  }
  const passedOver = (i: number) => (taken[i] === 0 ? caps.broken(candidates.rows[positions[i]!]!) : undefined)
  const end = chosen.length < limit ? positions.length : reached
  return { chosen, refused: countRefusals(refused, end, passedOver) }
}

/** Of the best of a pool, or of another item in it. */
export function propensity(exploreRate: number, pool: number, best: boolean): number {
  return exploreRate / pool + (best ? 1 - exploreRate : 0)
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
