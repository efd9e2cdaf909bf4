import type { Purpose } from '../../../contracts/consent.ts'
import type { DecisionWindow, OutcomeWindow, RetentionRule } from '../../../core/ports.ts'
import { restlessProfiles } from '../../repositories/bots.ts'
import { sampleDecisions } from '../../repositories/decision-samples.ts'
import { readFacts } from '../../repositories/facts.ts'
import { readOutcomeTotals } from '../../repositories/outcome-totals.ts'
import { storageReport } from '../../repositories/storage-report.ts'
import { withheldProfiles } from '../../repositories/withheld.ts'
import type { OpenedStore } from './open.ts'
import { checkDatabase } from './table-bytes.ts'

/** Long reads, which a thread of their own runs. */
export const QUERIES = {
  facts: ({ connection }: OpenedStore, _argument: undefined) => readFacts(connection),
  restless: ({ connection }: OpenedStore, argument: Parameters<typeof restlessProfiles>[1]) =>
    restlessProfiles(connection, argument),
  withheld: ({ connection }: OpenedStore, purpose: Purpose) => withheldProfiles(connection, purpose),
  report: ({ connection, layout }: OpenedStore, rule: RetentionRule) =>
    storageReport(connection, layout.directory, rule),
  sampleDecisions: ({ connection }: OpenedStore, { window, most }: { window: DecisionWindow; most: number }) =>
    sampleDecisions(connection, window, most),
  outcomeTotals: ({ connection }: OpenedStore, window: OutcomeWindow) => readOutcomeTotals(connection, window),
  integrity: ({ connection }: OpenedStore, _argument: undefined) => checkDatabase(connection),
} as const

export type QueryName = keyof typeof QUERIES
export type QueryArgument<Name extends QueryName> = Parameters<(typeof QUERIES)[Name]>[1]
export type QueryResult<Name extends QueryName> = ReturnType<(typeof QUERIES)[Name]>
