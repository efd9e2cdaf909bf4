import type { ProductRow } from '../../ports.ts'
import type { Spend } from '../reservations.ts'
import type { Ruled } from './apply.ts'
import type { Moment } from './condition.ts'
import type { RulePlan } from './rule-set.ts'

/** An item of a list, as far as limits look at it. */
interface Listed {
  readonly product: ProductRow
  /** The slot that put it there. */
  readonly slot?: number
}

/** What a list spends: of a pin the positions it holds, of a boost and of a cap the products on the list it speaks of. */
export function spendsOf(
  plan: RulePlan | undefined,
  { slotRules }: Pick<Ruled, 'slotRules'>,
  items: readonly Listed[],
  moment: Moment,
  resting: ReadonlySet<number>,
): readonly Spend[] {
  const limited = plan?.rules.filter(({ row, rule }) => rule.effect.limit !== undefined && !resting.has(row)) ?? []
  return limited.flatMap((rule) => {
    const isOf = ({ product, slot }: Listed): boolean =>
      rule.rule.effect.do === 'pin'
        ? slot !== undefined && slotRules[slot] === rule
        : rule.matches(product, moment) && (slot === undefined || rule.rule.effect.do === 'cap')
    const amount = items.filter(isOf).length
    return amount === 0 ? [] : [{ rule, amount }]
  })
}
