import type { Placement } from '../../contracts/placement.ts'
import { DEFAULT_MARKET } from '../../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { choose } from '../../core/decisions/choose.ts'
import type { Candidates } from '../../core/decisions/policies/eligible.ts'
import { seededRandom } from '../../core/decisions/random.ts'
import { candidatesOf } from '../decide/candidates.ts'
import { learnedReplenishable } from '../decide/decide.ts'
import { inverse, type ReplenishableFrom } from '../decide/models.ts'
import type { Questions } from '../decide/questions.ts'
import type { Ranker } from '../decide/ranker.ts'
import type { Answer } from './measure.ts'

export interface ServedParts {
  readonly ranker: Ranker
  readonly placement: Placement
  readonly catalog: CatalogSnapshot
  /** [items] ProductRow */
  readonly rows: Int32Array
  /** [items] as learned before the split. */
  readonly repeatShare: Float32Array
}

/** Lists as a placement serves them: its policies between ranking and list. */
export class ServedLists {
  readonly #parts: ServedParts
  readonly #itemOf: Int32Array

  constructor(parts: ServedParts) {
    this.#parts = parts
    this.#itemOf = inverse(parts.rows)
  }

  candidates(questions: Questions): Candidates {
    return candidatesOf(this.#parts.ranker, questions, this.#parts)
  }

  /** The first `k` items of what remains of the candidates. */
  served(
    candidates: Candidates,
    questions: Questions,
    replenishableFrom: ReplenishableFrom,
    k: number,
    seed: number,
  ): Int32Array {
    const { placement, catalog, rows, repeatShare } = this.#parts
    const itemOf = this.#itemOf
    const boughtAt = new Map<number, number>()
    const { items, at } = questions.bought
    for (let e = 0; e < items.length; e++) boughtAt.set(rows[items[e]!]!, at[e]!)
    const { chosen } = choose(
      candidates,
      {
        catalog,
        policy: placement.policy,
        market: DEFAULT_MARKET,
        now: questions.anchors.now,
        anchors: new Set(Array.from(questions.anchors.items, (item) => rows[item]!)),
        excluded: new Set(),
        boughtAt,
        learnedReplenishable: learnedReplenishable({ itemOf, repeatShare, replenishableFrom }),
      },
      k,
      seededRandom(seed),
    )
    return Int32Array.from(chosen, ({ candidate }) => itemOf[candidates.rows[candidate]!]!)
  }
}

/** The blend as a placement serves it. */
export function servedAnswer(parts: ServedParts, replenishableFrom: ReplenishableFrom): Answer {
  const lists = new ServedLists(parts)
  let asked = 0
  return (questions, k) => lists.served(lists.candidates(questions), questions, replenishableFrom, k, asked++)
}
