import type { RuleEffectName } from '../../../contracts/rule.ts'
import type { ProductRow } from '../../ports.ts'
import type { Slot } from '../choose.ts'
import type { Candidates } from '../policies/eligible.ts'
import type { RefusalCode } from '../policies/policy.ts'
import type { Moment } from './condition.ts'
import type { PlannedRule, RulePlan } from './rule-set.ts'

/** What rules make of candidates, before policies and chance. */
export interface Ruled {
  readonly candidates: Candidates
  readonly slots: readonly Slot[]
  /** [slots] the rule that each slot is of. */
  readonly slotRules: readonly PlannedRule[]
  /** Why a product must not be shown. */
  readonly refuses: (row: ProductRow) => RefusalCode | undefined
  /** The boosts that a product's score went through. */
  readonly boosts: (row: ProductRow) => readonly PlannedRule[]
}

/**
 * Applies the rules in force.
 *
 * Solves   score'(i) = score(i) · Π strength of its boosts / Π strength of its burials; the candidates in the order of
 *          score'; of each pin a slot for each of its positions, with its products in the order of score', or in its
 *          own where it names them
 * Given    candidates, best first, scores not negative
 * @param resting rows of rules whose limit was reached: pins and boosts have no effect, caps refuse
 * @param isInside whether a product that was not ranked may be brought in by a pin
 * @cost O(candidates), and O(rules that speak of it) for each
 */
export function applyRules(
  plan: RulePlan,
  candidates: Candidates,
  moment: Moment,
  resting: ReadonlySet<number>,
  isInside: (row: ProductRow) => boolean,
): Ruled {
  const acting = (row: ProductRow, does: 'boost' | 'bury'): readonly PlannedRule[] => {
    const speaking = plan.speaking(row)
    if (speaking.length === 0) return speaking
    return speaking.filter(
      ({ row: rule, rule: { effect }, matches }) => effect.do === does && !resting.has(rule) && matches(row, moment),
    )
  }
  const ordered = plan.reorders ? reordered(candidates, (row) => plan.speaking(row).length > 0, acting) : candidates
  const { slots, slotRules, rows } = slotsOf(plan, ordered, moment, resting, isInside)
  return {
    candidates: rows,
    slots,
    slotRules,
    boosts: (row) => acting(row, 'boost'),
    refuses: (row) => {
      for (const { row: rule, rule: spoken, matches } of plan.speaking(row)) {
        const refusal = refusalBy(spoken.effect.do, resting.has(rule))
        if (refusal !== undefined && matches(row, moment)) return refusal
      }
      return undefined
    },
  }
}

function refusalBy(does: RuleEffectName, isResting: boolean): RefusalCode | undefined {
  if (does === 'exclude') return 'rule'
  return does === 'cap' && isResting ? 'limit' : undefined
}

function reordered(
  { rows, scores }: Candidates,
  isSpokenOf: (row: ProductRow) => boolean,
  acting: (row: ProductRow, does: 'boost' | 'bury') => readonly PlannedRule[],
): Candidates {
  const changed = new Float64Array(scores)
  let isChanged = false
  for (let i = 0; i < rows.length; i++) {
    if (!isSpokenOf(rows[i]!)) continue
    const product = (does: 'boost' | 'bury') =>
      acting(rows[i]!, does).reduce((all, { rule }) => all * (rule.effect.strength ?? 1), 1)
    const factor = product('boost') / product('bury')
    if (factor === 1) continue
    changed[i] = changed[i]! * factor
    isChanged = true
  }
  if (!isChanged) return { rows, scores }
  const order = Array.from(rows, (_, i) => i).sort((a, b) => changed[b]! - changed[a]!)
  return { rows: Int32Array.from(order, (i) => rows[i]!), scores: Float32Array.from(order, (i) => changed[i]!) }
}

interface Slots extends Pick<Ruled, 'slots' | 'slotRules'> {
  /** The candidates, with what pins brought in after them. */
  readonly rows: Candidates
}

function slotsOf(
  { rules }: RulePlan,
  { rows, scores }: Candidates,
  moment: Moment,
  resting: ReadonlySet<number>,
  isInside: (row: ProductRow) => boolean,
): Slots {
  const pins = rules.filter(({ row, rule }) => rule.effect.do === 'pin' && !resting.has(row))
  if (pins.length === 0) return { slots: [], slotRules: [], rows: { rows, scores } }
  const indices = new Map<ProductRow, number>()
  rows.forEach((row, i) => {
    indices.set(row, i)
  })
  const brought: ProductRow[] = []
  const indexOf = (row: ProductRow): number => {
    const known = indices.get(row)
    if (known !== undefined) return known
    indices.set(row, rows.length + brought.length)
    return rows.length + brought.push(row) - 1
  }
  const slots: Slot[] = []
  const slotRules: PlannedRule[] = []
  for (const pin of pins) {
    const { effect, when } = pin.rule
    const own = pin.own.filter((row) => pin.matches(row, moment) && (indices.has(row) || isInside(row)))
    const ranked = when.productIds === undefined ? rows.filter((row) => pin.matches(row, moment)) : []
    const candidates = [...new Set([...ranked, ...own])].map(indexOf)
    const count = Math.min(candidates.length, effect.count ?? when.productIds?.length ?? 1)
    for (let n = 0; n < count; n++) {
      slots.push({ position: (effect.position ?? 1) - 1 + n, candidates })
      slotRules.push(pin)
    }
  }
  if (brought.length === 0) return { slots, slotRules, rows: { rows, scores } }
  const all = new Float32Array(rows.length + brought.length)
  all.set(scores)
  return { slots, slotRules, rows: { rows: Int32Array.from([...rows, ...brought]), scores: all } }
}
