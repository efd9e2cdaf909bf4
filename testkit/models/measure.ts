import { historyMask, ndcg, rankerOf, recall, type ScoresItems } from '@storemind/ml'
import type { Planted } from './planted.ts'

export interface Measured {
  readonly recall: number
  readonly ndcg: number
}

/** Recall and NDCG at k on planted data, the history masked unless the answer may repeat it. */
export function measure(scorer: ScoresItems, planted: Planted, k: number, repeats = false): Measured {
  const rank = rankerOf(scorer, repeats ? undefined : historyMask(scorer.items))
  let found = 0
  let gain = 0
  for (const { query, targets } of planted.cases) {
    const ranking = rank(query, k)
    const wanted = new Set(targets)
    found += recall(ranking, wanted, k)
    gain += ndcg(ranking, wanted, k)
  }
  return { recall: found / planted.cases.length, ndcg: gain / planted.cases.length }
}
