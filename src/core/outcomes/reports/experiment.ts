import { sampleRatio } from '@storemind/ml'
import type { Language } from '../../../contracts/decision.ts'
import type { Experiment } from '../../../contracts/experiment.ts'
import type { ExperimentReport, Lift } from '../../../contracts/outcome.ts'
import { LEFT_OUT } from '../../decisions/record-sections.ts'
import type { ArmKey, OutcomeRepository, OutcomeTotals, StoredExperiment } from '../../ports.ts'
import { endOf } from '../experiments.ts'
import { countsOf } from './counts.ts'
import type { ExperimentFigures, FiguresParams } from './figures.ts'
import { EXPECTED_VISITORS } from './lift.ts'
import { reportWords } from './words.ts'

/** Below it a split is taken for unsound: false alarms are so rare that none is waved through. */
export const UNSOUND_BELOW = 0.001

export interface ExperimentReportParts {
  readonly outcomes: Pick<OutcomeRepository, 'totals'>
  /** See `measureExperiment`; a worker does it. */
  readonly measure: (params: FiguresParams) => Promise<ExperimentFigures>
}

/**
 * The report of an experiment. Whether the split is sound comes first; where it is not, nothing is compared.
 * @param now milliseconds UTC
 */
export async function reportExperiment(
  { outcomes, measure }: ExperimentReportParts,
  { row, experiment }: StoredExperiment,
  now: number,
  language: Language,
): Promise<ExperimentReport> {
  // The end stands outside: what happens in this very millisecond is still in.
  const to = Math.min(now + 1, endOf(experiment))
  const from = experiment.startedAt
  const totals = from === undefined ? NOTHING : await outcomes.totals({ from, to, experiment: row })
  const names = experiment.arms.map(({ name }) => name)
  const interval = intervalOf(experiment, now)
  const expectedVisitors = experiment.expectedVisitors ?? EXPECTED_VISITORS
  const figures = await measure({ experiment: row, arms: names, to, interval, expectedVisitors })
  const ratio = ratioOf(experiment, figures)
  const isHeld = ({ arm }: ArmKey) => experiment.arms[arm]?.holdout === true
  const report: Omit<ExperimentReport, 'words'> = {
    experiment,
    from: from ?? null,
    to,
    sampleRatio: ratio,
    lift: from === undefined || !ratio.sound ? null : [...figures.lift],
    arms: names.map((arm, index) => {
      const { visitors = 0, buyers = 0, orders = 0, revenue = [] } = figures.arms[index] ?? {}
      const counts = countsOf(totals, (key) => key.arm === index, isHeld)
      return { arm, visitors, buyers, orders, revenue: [...revenue], ...counts }
    }),
    leftOut: {
      decisions: leftOutOf(totals),
      bots: figures.bots,
      withheld: figures.withheld,
      merged: figures.merged,
    },
  }
  return { ...report, words: reportWords(report, language) }
}

const NOTHING: OutcomeTotals = { decisions: [], touches: [], orders: [], revenue: [], refusedTokens: {}, duplicates: 0 }

/**
 * Who fixed the end beforehand and waits for it looks once. Anything else, and be it a stop a day early, is a look that
 * what was seen may have brought about.
 */
function intervalOf({ startedAt, stoppedAt, days }: Experiment, now: number): Lift['interval'] {
  if (startedAt === undefined || days === undefined) return 'every_look'
  const planned = startedAt + days * 86_400_000
  return now >= planned && (stoppedAt === undefined || stoppedAt >= planned) ? 'planned_end' : 'every_look'
}

function ratioOf({ arms }: Experiment, figures: ExperimentFigures): ExperimentReport['sampleRatio'] {
  const counts = arms.map((_, i) => figures.arms[i]?.visitors ?? 0)
  const shares = arms.map(({ share }) => share)
  const visitors = counts.reduce((sum, n) => sum + n, 0)
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const { p } = sampleRatio(counts, shares)
  return {
    sound: p >= UNSOUND_BELOW,
    p,
    arms: arms.map(({ name, share }, i) => ({
      arm: name,
      visitors: counts[i] ?? 0,
      expected: (visitors * share) / whole,
    })),
  }
}

function leftOutOf(totals: OutcomeTotals): Record<string, number> {
  const counts = Object.entries(LEFT_OUT).map(([cause, arm]): [string, number] => [
    cause,
    totals.decisions.reduce((sum, row) => (row.arm === arm ? sum + row.count : sum), 0),
  ])
  return Object.fromEntries(counts.filter(([, count]) => count > 0))
}
