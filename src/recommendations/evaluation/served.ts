import type { Placement } from '../../contracts/placement.ts'
import { DEFAULT_MARKET } from '../../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { choose } from '../../core/decisions/choose.ts'
import { seededRandom } from '../../core/decisions/random.ts'
import { candidatesOf, learnedReplenishable } from '../decide/decide.ts'
import { inverse } from '../decide/models.ts'
import type { Ranker } from '../decide/ranker.ts'
import type { Answer } from './measure.ts'

/**
 * The blend as a placement serves it: its policies between ranking and list.
 *
 * @param rows [items] ProductRow
 * @param repeatShare [items] as learned before the split
 */
export function servedAnswer(
  ranker: Ranker,
  placement: Placement,
  catalog: CatalogSnapshot,
  rows: Int32Array,
  repeatShare: Float32Array,
): Answer {
  const itemOf = inverse(rows)
  const isReplenishable = learnedReplenishable({ itemOf, repeatShare })
  let asked = 0
  return (questions, k) => {
    const candidates = candidatesOf(ranker, questions, { rows })
    const boughtAt = new Map<number, number>()
    const { items, at } = questions.bought
    for (let e = 0; e < items.length; e++) boughtAt.set(rows[items[e]!]!, at[e]!)
    const { chosen } = choose(
      candidates,
      {
        catalog,
        policy: placement.policy,
        market: DEFAULT_MARKET,
        now: questions.bought.now,
        anchors: new Set(Array.from(questions.anchors.items, (item) => rows[item]!)),
        excluded: new Set(),
        boughtAt,
        learnedReplenishable: isReplenishable,
      },
      k,
      seededRandom(asked++),
    )
    return Int32Array.from(chosen, ({ candidate }) => itemOf[candidates.rows[candidate]!]!)
  }
}
