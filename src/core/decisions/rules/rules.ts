import { CodedError } from '../../../contracts/errors.ts'
import type { Rule, RuleEntry } from '../../../contracts/rule.ts'
import type { CatalogSnapshot } from '../../catalog/snapshot.ts'
import type { RuleRepository, StoredRule } from '../../ports.ts'
import { checkRule } from './check-rule.ts'
import { RuleSet } from './rule-set.ts'
import { isZone } from './wall-time.ts'

/** The merchandiser's rules in memory. */
export interface Rules {
  /** What decisions go by now; keep it for the length of one decision. */
  readonly current: RuleSet
  /** The same rules with one added, or put in place of the one of its name; nothing is kept. @throws CodedError RULE_INVALID */
  tried(rule: Rule): { readonly without: RuleSet; readonly with: RuleSet; readonly row: number }
  /** Durable when it resolves, and in force from then on. @throws CodedError RULE_INVALID */
  put(rule: Rule): Promise<StoredRule>
  /** @throws CodedError RULE_NOT_FOUND */
  remove(name: string): Promise<void>
  entries(now: number, catalog: CatalogSnapshot): RuleEntry[]
  /** The names of rules as decisions recorded them, of changed and removed ones too. */
  names(rows: readonly number[]): Promise<ReadonlyMap<number, string>>
}

export interface RulesParts {
  readonly repository: RuleRepository
  /** IANA zone of the store. */
  readonly timezone: string
  readonly placements: { all(): readonly { readonly name: string }[] }
}

/** Stands for a rule that is only tried: no stored rule has this row. */
const TRIED = 0

/** @throws CodedError CONFIGURATION_INVALID where there is no such zone */
export async function openRules({ repository, timezone, placements }: RulesParts): Promise<Rules> {
  if (!isZone(timezone)) {
    throw new CodedError('CONFIGURATION_INVALID', {
      setting: 'store.timezone',
      problem: `${timezone} is not the name of an IANA zone`,
      source: 'storemind.json, the environment or the flags',
    })
  }
  let stored: readonly StoredRule[] = await repository.all()
  let current = new RuleSet(stored, timezone)
  const reread = async (): Promise<void> => {
    stored = await repository.all()
    current = new RuleSet(stored, timezone, current)
  }
  const check = (rule: Rule): void => checkRule(rule, timezone, new Set(placements.all().map(({ name }) => name)))
  return {
    get current() {
      return current
    },
    tried(rule) {
      check(rule)
      const others = stored.filter((one) => one.rule.name !== rule.name)
      const added: StoredRule = { row: TRIED, rule: { ...rule, enabled: true }, changedAt: 0 }
      const without = new RuleSet(others, timezone, current)
      return { without, with: new RuleSet([...others, added], timezone, current), row: TRIED }
    },
    async put(rule) {
      check(rule)
      const kept = await repository.put(rule)
      await reread()
      return kept
    },
    async remove(name) {
      if (!(await repository.remove(name))) throw new CodedError('RULE_NOT_FOUND', { rule: name })
      await reread()
    },
    entries: (now, catalog) => current.entries(now, catalog),
    async names(rows) {
      const found = rows.length === 0 ? [] : await repository.byRows(rows)
      return new Map(found.map(({ row, rule }) => [row, rule.name]))
    },
  }
}
