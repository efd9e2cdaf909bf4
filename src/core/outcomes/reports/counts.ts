import type { OutcomeCounts, Revenue } from '../../../contracts/outcome.ts'
import type { ArmKey, OutcomeTotals } from '../../ports.ts'

/**
 * The totals of the rows that a filter takes, as a report tells them.
 * @param isHeld whether decisions of an arm were held back
 */
export function countsOf(
  totals: OutcomeTotals,
  takes: (key: ArmKey) => boolean,
  isHeld: (key: ArmKey) => boolean,
): OutcomeCounts {
  const sum = <T extends ArmKey & { readonly count: number }>(rows: readonly T[], also: (row: T) => boolean) =>
    rows.reduce((n, row) => (takes(row) && also(row) ? n + row.count : n), 0)
  const impressions = sum(totals.touches, ({ kind }) => kind === 'impression')
  const clicks = sum(totals.touches, ({ kind }) => kind === 'click')
  return {
    decisions: sum(totals.decisions, () => true),
    held: sum(totals.decisions, isHeld),
    impressions,
    clicks,
    clickThroughRate: impressions === 0 ? null : clicks / impressions,
    attributedOrders: sum(totals.orders, () => true),
    attributedRevenue: revenueOf(totals.revenue.filter(takes)),
  }
}

/** Sums by currency, in its alphabetical order. */
export function revenueOf(
  rows: Iterable<{ readonly currency: string; readonly micros: bigint; readonly refundedMicros: bigint }>,
): Revenue[] {
  const byCurrency = new Map<string, { micros: bigint; refunded: bigint }>()
  for (const { currency, micros, refundedMicros } of rows) {
    const sum = byCurrency.get(currency) ?? { micros: 0n, refunded: 0n }
    byCurrency.set(currency, { micros: sum.micros + micros, refunded: sum.refunded + refundedMicros })
  }
  return [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { micros, refunded }]) => ({
      currency,
      micros: String(micros),
      refundedMicros: String(refunded),
    }))
}
