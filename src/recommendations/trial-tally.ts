import type { Language } from '../contracts/decision.ts'
import type { Rule, RuleTrial } from '../contracts/rule.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { DecisionRecord } from '../core/decisions/record.ts'
import type { Moment } from '../core/decisions/rules/condition.ts'
import type { RulePlan } from '../core/decisions/rules/rule-set.ts'
import type { ProductRow } from '../core/ports.ts'
import { trialSentences } from './reasons/trial-words.ts'

/** Products whose number of lists changed most, as far as they are told. */
const TOLD = 20

interface Counts {
  before: number
  after: number
}

/** Adds up what a rule changes, list by list. */
export class TrialTally {
  readonly #rule: Rule
  /** The rule's row in plans. */
  readonly #row: number
  readonly #skipped = new Map<string, number>()
  readonly #placements = new Map<string, { decisions: number; changed: number }>()
  readonly #products = new Map<ProductRow, Counts>()
  readonly #positions: Counts = { before: 0, after: 0 }
  readonly #held: Counts = { before: 0, after: 0 }
  #cameIn = 0
  #wentOut = 0
  #moved = 0

  constructor(rule: Rule, row: number) {
    this.#rule = rule
    this.#row = row
  }

  skip(cause: string): void {
    this.#skipped.set(cause, (this.#skipped.get(cause) ?? 0) + 1)
  }

  /** @param plan the rules with the tried one; undefined or without it where it is not in force there */
  compare(
    placement: string,
    before: DecisionRecord,
    after: DecisionRecord,
    plan: RulePlan | undefined,
    moment: Moment,
  ): void {
    const [old, now] = [before, after].map(({ items }) => items.map(({ product }) => product)) as [number[], number[]]
    const counts = this.#placements.get(placement) ?? { decisions: 0, changed: 0 }
    this.#placements.set(placement, counts)
    counts.decisions++
    if (old.length !== now.length || old.some((row, i) => row !== now[i])) counts.changed++
    this.#wentOut += old.filter((row) => !now.includes(row)).length
    this.#cameIn += now.filter((row) => !old.includes(row)).length
    this.#moved += now.filter((row, i) => old.includes(row) && old[i] !== row).length
    const tried = plan?.rules.find(({ row }) => row === this.#row)
    this.#count(old, 'before', (row) => tried?.matches(row, moment) ?? false)
    this.#count(now, 'after', (row) => tried?.matches(row, moment) ?? false)
  }

  report(catalog: CatalogSnapshot, language: Language): RuleTrial {
    const byPlacement = [...this.#placements].map(([placement, counts]) => ({ placement, ...counts }))
    const total = (of: (counts: { decisions: number; changed: number }) => number) =>
      byPlacement.reduce((sum, one) => sum + of(one), 0)
    const share = (when: keyof Counts) => (this.#positions[when] === 0 ? 0 : this.#held[when] / this.#positions[when])
    const changes = [...this.#products]
      .filter(([, { before, after }]) => before !== after)
      .sort(([a, x], [b, y]) => Math.abs(y.after - y.before) - Math.abs(x.after - x.before) || a - b)
    const trial = {
      rule: this.#rule.name,
      decisions: total(({ decisions }) => decisions),
      skipped: Object.fromEntries(this.#skipped),
      changed: total(({ changed }) => changed),
      cameIn: this.#cameIn,
      wentOut: this.#wentOut,
      moved: this.#moved,
      shareBefore: share('before'),
      shareAfter: share('after'),
      byPlacement,
      products: changes.slice(0, TOLD).map(([row, counts]) => {
        const entry = catalog.at(row)
        return { productId: entry?.id ?? String(row), name: entry?.title ?? String(row), ...counts }
      }),
    }
    return { ...trial, summary: trialSentences(trial, language) }
  }

  #count(rows: readonly ProductRow[], when: keyof Counts, isOfRule: (row: ProductRow) => boolean): void {
    this.#positions[when] += rows.length
    for (const row of rows) {
      if (isOfRule(row)) this.#held[when]++
      const counts = this.#products.get(row) ?? { before: 0, after: 0 }
      counts[when]++
      this.#products.set(row, counts)
    }
  }
}
