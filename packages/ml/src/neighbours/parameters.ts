import type { Declarations } from '../frame/parameters.ts'
import type { HistoryRule, Weighting } from './history.ts'
import { SIMILARITIES, type SimilarityParams } from './similarity.ts'

/** How histories are read, in training and in asking. */
export interface HistoryParams {
  weighting: Weighting
  trainingHalfLifeDays: number
  halfLifeDays: number
  halfLifeBaskets: number
  historyItems: number
}

export const HISTORY_PARAMETERS: Declarations<HistoryParams> = {
  weighting: {
    type: 'choice',
    default: 'binary',
    choices: ['binary', 'log', 'linear'],
    meaning: 'what repeats and weights count: nothing, by the logarithm of their sum, or by their sum',
  },
  trainingHalfLifeDays: {
    type: 'number',
    default: 0,
    min: 0,
    max: 36_500,
    meaning: 'days before the latest entry after which a training entry counts half; 0: entries never fade',
  },
  halfLifeDays: {
    type: 'number',
    default: 0,
    min: 0,
    max: 36_500,
    meaning: 'days before the asking after which an entry of the history counts half; 0: entries never fade',
  },
  halfLifeBaskets: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1_000_000,
    meaning: 'later baskets after which an entry of the history counts half; 0: position does not count',
  },
  historyItems: {
    type: 'integer',
    default: 500,
    min: 1,
    max: 1_000_000,
    meaning: 'distinct items of a history that count, the latest; bounds the cost of one endless history',
  },
}

export const SIMILARITY_PARAMETERS: Declarations<SimilarityParams> = {
  similarity: {
    type: 'choice',
    default: 'cosine',
    choices: SIMILARITIES,
    meaning: 'the measure of likeness; bm25 is the cosine after BM25 weighting',
  },
  shrinkage: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1_000_000,
    meaning: 'likeness resting on n shared entries counts n / (n + shrinkage)',
  },
}

/** The rule for a user's row in training: its age counts, its order does not. */
export function trainingRule(params: Readonly<HistoryParams>): HistoryRule {
  const { weighting, trainingHalfLifeDays, historyItems } = params
  return { weighting, halfLifeDays: trainingHalfLifeDays, halfLifeBaskets: 0, historyItems }
}

/** The rule for a history that is asked about. */
export function queryRule(params: Readonly<HistoryParams>): HistoryRule {
  const { weighting, halfLifeDays, halfLifeBaskets, historyItems } = params
  return { weighting, halfLifeDays, halfLifeBaskets, historyItems }
}
