import { calibrationError } from '@storemind/ml'
import type { Ranker } from '../decide/ranker.ts'
import type { FrameCase } from './cases.ts'

/** What lists told of chances, and what came of it. */
export interface ChancesTold {
  /** The mean chance that was told of an item of a list. */
  readonly meanChance: number
  /** The share of them that were targets. */
  readonly hitShare: number
  /** Expected calibration error. */
  readonly calibrationError: number
}

/**
 * The chances of each case's first `k` items against its targets.
 * @returns undefined where chances are not known, or nothing is ranked
 */
export function chancesTold(ranker: Ranker, cases: readonly FrameCase[], k: number): ChancesTold | undefined {
  const chances: number[] = []
  const hits: number[] = []
  for (const { questions, targets } of cases) {
    const right = new Set(targets)
    const top = ranker.rank(questions)
    for (const item of top.ids.subarray(0, Math.min(k, top.count))) {
      chances.push(ranker.chance(item))
      hits.push(right.has(item) ? 1 : 0)
    }
  }
  if (chances.length === 0 || chances.some(Number.isNaN)) return undefined
  return { meanChance: mean(chances), hitShare: mean(hits), calibrationError: calibrationError(chances, hits) }
}

/** In words, for cards and evaluations. @param where for example “on home” */
export function chancesInWords({ meanChance, hitShare, calibrationError }: ChancesTold, where: string): string {
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  return `Chances ${where}, first ten: ${percent(meanChance)} told on the mean, ${percent(hitShare)} came true; expected calibration error ${percent(calibrationError)}.`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
