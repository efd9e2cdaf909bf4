import type { RuleEntry } from '../../../contracts/rule.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { ProductRow, StoredRule } from '../../ports.ts'
import { bitsFor, hasBit } from './bits.ts'
import { type CompiledRule, compileRule, scheduleOf } from './compiled-rule.ts'
import type { Moment } from './condition.ts'

/** A rule as a decision applies it. */
export interface PlannedRule extends Pick<StoredRule, 'row' | 'rule'> {
  readonly own: readonly ProductRow[]
  readonly bits: Uint32Array
  matches(row: ProductRow, moment: Moment): boolean
}

/** The rules that are in force for one placement, market and time: an input of a decision like its models. */
export interface RulePlan {
  /** The higher priority first, then by name. */
  readonly rules: readonly PlannedRule[]
  /** Those that may speak of a product, in their order; found once for each product. */
  speaking(row: ProductRow): readonly PlannedRule[]
  /** Whether any changes an order, so that more than the best candidates must be looked at. */
  readonly reorders: boolean
}

interface TimedPlan {
  /** Undefined where no rule is in force. */
  readonly plan: RulePlan | undefined
  readonly from: number
  readonly until: number
}

/**
 * Rules against a catalogue. They are compiled when first asked for, and again in part when the catalogue changed;
 * plans are kept until a schedule begins or ends.
 */
export class RuleSet {
  readonly #rules: readonly StoredRule[]
  readonly #zone: string
  readonly #markets: ReadonlySet<string>
  #catalog: CatalogSnapshot | undefined
  #inherited: readonly CompiledRule[]
  #inheritedFrom: CatalogSnapshot | undefined
  #compiled: readonly CompiledRule[] = []
  #plans = new Map<string, TimedPlan>()

  /** @param before rules that were compiled already, for the same zone: those that are the same need not be again */
  constructor(rules: readonly StoredRule[], zone: string, before?: RuleSet) {
    this.#rules = rules.toSorted(byPriority)
    this.#zone = zone
    this.#markets = new Set(rules.flatMap(({ rule }) => rule.markets ?? []))
    this.#inherited = before === undefined ? [] : before.#compiled
    this.#inheritedFrom = before === undefined ? undefined : before.#catalog
  }

  /** Undefined where no rule is in force. */
  plan(placement: string, market: string, now: number, catalog: CatalogSnapshot): RulePlan | undefined {
    if (this.#rules.length === 0) return undefined
    this.follow(catalog)
    // Markets that no rule names share one plan: a caller cannot fill the memory with names.
    const key = `${placement}\0${this.#markets.has(market) ? market : ''}`
    const known = this.#plans.get(key)
    if (known !== undefined && now >= known.from && now < known.until) return known.plan
    const made = this.#planFor(placement, market, now, catalog)
    this.#plans.set(key, made)
    return made.plan
  }

  entries(now: number, catalog: CatalogSnapshot): RuleEntry[] {
    this.follow(catalog)
    return this.#compiled.map(({ stored, products }) => ({
      rule: stored.rule,
      state: stateOf(stored, now, this.#zone),
      changedAt: stored.changedAt,
      products,
    }))
  }

  /** Compiles what a change of the rules or of the catalogue asks for; called ahead, so that no decision waits for it. */
  follow(catalog: CatalogSnapshot): void {
    if (this.#catalog === catalog) return
    const from = this.#catalog ?? this.#inheritedFrom
    const compiled = this.#catalog === undefined ? this.#inherited : this.#compiled
    const isSame = from === catalog
    const grew = from !== undefined && catalog.parts.changes?.since === from.revision
    const before = new Map(isSame || grew ? compiled.map((rule) => [rule.stored.row, rule]) : [])
    this.#compiled = this.#rules.map((stored) => {
      const known = before.get(stored.row)
      return isSame && known !== undefined ? known : compileRule(stored, catalog, this.#zone, known)
    })
    this.#catalog = catalog
    this.#inherited = []
    this.#inheritedFrom = undefined
    this.#plans = new Map()
  }

  #planFor(placement: string, market: string, now: number, catalog: CatalogSnapshot): TimedPlan {
    let [from, until] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    const rules: PlannedRule[] = []
    for (const { stored, own, bits, matches, products, ...schedule } of this.#compiled) {
      const { rule, row } = stored
      if (rule.enabled === false || !isFor(rule.placements, placement) || !isFor(rule.markets, market)) continue
      for (const edge of [schedule.from, schedule.until]) {
        if (edge <= now) from = Math.max(from, edge)
        else until = Math.min(until, edge)
      }
      if (now >= schedule.from && now < schedule.until && products > 0) rules.push({ row, rule, own, bits, matches })
    }
    if (rules.length === 0) return { plan: undefined, from, until }
    return { plan: planOf(rules, catalog.rows), from, until }
  }
}

const NO_RULES: readonly PlannedRule[] = []

export function planOf(rules: readonly PlannedRule[], rows: number): RulePlan {
  const touched = bitsFor(rows)
  for (const { bits } of rules) for (let i = 0; i < bits.length; i++) touched[i]! |= bits[i]!
  const found = new Map<ProductRow, readonly PlannedRule[]>()
  const speaking = (row: ProductRow): readonly PlannedRule[] => {
    if (!hasBit(touched, row)) return NO_RULES
    const known = found.get(row)
    if (known !== undefined) return known
    const speak = rules.filter(({ bits }) => hasBit(bits, row))
    found.set(row, speak)
    return speak
  }
  const reorders = rules.some(({ rule }) => rule.effect.do !== 'exclude' && rule.effect.do !== 'cap')
  return { rules, speaking, reorders }
}

export function stateOf({ rule }: StoredRule, now: number, zone: string): RuleEntry['state'] {
  if (rule.enabled === false) return 'off'
  const { from, until } = scheduleOf(rule, zone)
  if (now >= until) return 'ended'
  return now < from ? 'scheduled' : 'active'
}

function isFor(names: readonly string[] | undefined, name: string): boolean {
  return names === undefined || names.includes(name)
}

function byPriority(a: StoredRule, b: StoredRule): number {
  return (b.rule.priority ?? 0) - (a.rule.priority ?? 0) || (a.rule.name < b.rule.name ? -1 : 1)
}
