import type { Group } from '@storemind/ml'
import type { Lift, Revenue } from '../../../contracts/outcome.ts'
import type { ExperimentVisitor, StoreReader } from '../../ports.ts'
import { netLines } from '../net-lines.ts'
import { revenueOf } from './counts.ts'
import { liftOf } from './lift.ts'

/** Name of the task that runs in a worker of its own. */
export const EXPERIMENT_TASK = 'outcomes.experiment'

/** What visitors bought in so long a time before they came into the experiment explains some of what they buy in it. */
const BEFORE = 90 * 86_400_000

export interface FiguresParams {
  /** The experiment's row. */
  readonly experiment: number
  readonly arms: readonly string[]
  /** Orders up to here count, exclusive. */
  readonly to: number
  readonly interval: Lift['interval']
  readonly expectedVisitors: number
}

export interface ExperimentFigures {
  readonly arms: readonly ArmFigures[]
  readonly lift: readonly Lift[]
  readonly bots: number
  readonly withheld: number
  readonly merged: number
}

export interface ArmFigures {
  readonly visitors: number
  readonly buyers: number
  readonly orders: number
  readonly revenue: readonly Revenue[]
}

/** What one visitor brought in one currency, micros less what was given back. */
interface Brought {
  net: number
  before: number
}

interface Arm {
  visitors: number
  buyers: number
  orders: number
  readonly revenue: { currency: string; micros: bigint; refundedMicros: bigint }[]
  /** Currency → visitor's number in the arm → what was brought. Most visitors brought nothing. */
  readonly brought: Map<string, Map<number, Brought>>
}

/**
 * The figures of an experiment from its visitors and all that they bought, whatever led to it: what an arm brings is a
 * question to its visitors' purchases, not to clicks, which a holdout does not have. Left out are bots and those whose
 * behaviour may not be analysed any more.
 */
export async function measureExperiment(
  reader: Pick<StoreReader, 'visitors' | 'withheld'>,
  { experiment, arms: names, to, interval, expectedVisitors }: FiguresParams,
): Promise<ExperimentFigures> {
  const withheld = await reader.withheld('analytics')
  const arms = names.map((): Arm => ({ visitors: 0, buyers: 0, orders: 0, revenue: [], brought: new Map() }))
  const left = { bots: 0, withheld: 0, merged: 0 }
  for await (const chunk of reader.visitors(experiment)) {
    for (const visitor of chunk) {
      const arm = arms[visitor.arm]
      if (visitor.at >= to || arm === undefined) continue
      if (visitor.bot) left.bots++
      else if (withheld.has(visitor.profile)) left.withheld++
      else {
        if (visitor.merged) left.merged++
        take(arm, visitor, to)
      }
    }
  }
  const currencies = [...new Set(arms.flatMap(({ brought }) => [...brought.keys()]))].sort()
  const [baseline, ...others] = arms
  const lift: Lift[] = []
  for (const [i, other] of others.entries()) {
    if (baseline === undefined || baseline.visitors === 0 || other.visitors === 0) continue
    for (const currency of currencies) {
      lift.push(
        liftOf({
          arm: names[i + 1] ?? '',
          baseline: names[0] ?? '',
          currency,
          treated: groupOf(other, currency),
          control: groupOf(baseline, currency),
          comparisons: others.length * currencies.length,
          interval,
          expectedVisitors,
        }),
      )
    }
  }
  return {
    arms: arms.map(({ visitors, buyers, orders, revenue }) => ({
      visitors,
      buyers,
      orders,
      revenue: revenueOf(revenue),
    })),
    lift,
    ...left,
  }
}

function take(arm: Arm, { at, orders }: ExperimentVisitor, to: number): void {
  const number = arm.visitors++
  let bought = false
  for (const order of orders) {
    if (order.at >= to || order.at < at - BEFORE) continue
    const isBefore = order.at < at
    if (!isBefore) {
      arm.orders++
      bought = true
    }
    for (const { currency, micros, refundedMicros } of netLines(order)) {
      if (currency === undefined) continue
      const visitors = arm.brought.get(currency) ?? new Map<number, Brought>()
      arm.brought.set(currency, visitors)
      const brought = visitors.get(number) ?? { net: 0, before: 0 }
      visitors.set(number, brought)
      if (isBefore) brought.before += micros - refundedMicros
      else {
        brought.net += micros - refundedMicros
        arm.revenue.push({ currency, micros: BigInt(micros), refundedMicros: BigInt(refundedMicros) })
      }
    }
  }
  if (bought) arm.buyers++
}

function groupOf({ visitors, brought }: Arm, currency: string): Group {
  const values = new Float64Array(visitors)
  const before = new Float64Array(visitors)
  for (const [number, { net, before: earlier }] of brought.get(currency) ?? []) {
    values[number] = net
    before[number] = earlier
  }
  return { values, before }
}
