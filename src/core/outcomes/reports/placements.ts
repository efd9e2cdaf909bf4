import type { OutcomeReport, PlacementReport } from '../../../contracts/outcome.ts'
import type { ArmKey, OutcomeRepository, OutcomeTotals } from '../../ports.ts'
import type { Experiments } from '../experiments.ts'
import { countsOf } from './counts.ts'

export interface PlacementReportParts {
  readonly outcomes: Pick<OutcomeRepository, 'totals'>
  readonly experiments: Pick<Experiments, 'byRow'>
}

/** What the decisions of a time came to, placement by placement. */
export async function reportPlacements(
  { outcomes, experiments }: PlacementReportParts,
  window: { readonly from: number; readonly to: number },
): Promise<OutcomeReport> {
  const totals = await outcomes.totals(window)
  const isHeld = ({ experiment, arm }: ArmKey) => experiments.byRow(experiment)?.experiment.arms[arm]?.holdout === true
  const names = new Set([...totals.decisions, ...totals.touches, ...totals.orders].map(({ placement }) => placement))
  return {
    ...window,
    placements: [...names].sort().map(
      (placement): PlacementReport => ({
        placement,
        ...countsOf(totals, (key) => key.placement === placement, isHeld),
        positions: positionsOf(totals.touches.filter((row) => row.placement === placement)),
      }),
    ),
    refusedTokens: { ...totals.refusedTokens },
    duplicates: totals.duplicates,
  }
}

function positionsOf(touches: OutcomeTotals['touches']): PlacementReport['positions'] {
  const positions = new Map<number, { impressions: number; clicks: number }>()
  for (const { position, kind, count } of touches) {
    const row = positions.get(position) ?? { impressions: 0, clicks: 0 }
    positions.set(position, row)
    if (kind === 'click') row.clicks += count
    else row.impressions += count
  }
  return [...positions].sort(([a], [b]) => a - b).map(([position, row]) => ({ position, ...row }))
}
