import { CodedError } from '../../../contracts/errors.ts'
import type { Rule, RuleCondition, RuleEffect, RuleEffectName } from '../../../contracts/rule.ts'
import { instantOf } from './wall-time.ts'

/** What each effect needs, and what it may take besides. */
const PARTS: Readonly<Record<RuleEffectName, { needs: readonly Part[]; takes: readonly Part[] }>> = {
  pin: { needs: ['position'], takes: ['count', 'limit'] },
  boost: { needs: ['strength'], takes: ['limit'] },
  bury: { needs: ['strength'], takes: [] },
  exclude: { needs: [], takes: [] },
  cap: { needs: ['limit'], takes: [] },
}
type Part = Exclude<keyof RuleEffect, 'do'>
const ALL_PARTS: readonly Part[] = ['position', 'count', 'strength', 'limit']

/**
 * What a schema cannot say of a rule.
 * @throws CodedError RULE_INVALID
 */
export function checkRule(rule: Rule, zone: string, placements: ReadonlySet<string>): void {
  const problem = problemOf(rule, zone, placements)
  if (problem !== undefined) throw new CodedError('RULE_INVALID', { rule: rule.name, problem })
}

function problemOf(rule: Rule, zone: string, placements: ReadonlySet<string>): string | undefined {
  const { effect, from, until } = rule
  const { needs, takes } = PARTS[effect.do]
  const missing = needs.find((part) => effect[part] === undefined)
  if (missing !== undefined) return `the effect "${effect.do}" needs "${missing}"`
  const idle = ALL_PARTS.find((part) => effect[part] !== undefined && !needs.includes(part) && !takes.includes(part))
  if (idle !== undefined) return `the effect "${effect.do}" takes no "${idle}"`
  const unknown = rule.placements?.find((name) => !placements.has(name))
  if (unknown !== undefined) return `there is no placement ${unknown}; known are ${[...placements].join(', ')}`
  const times = [from, until, ...[rule.when, rule.unless].flatMap((one) => [one?.releasedFrom, one?.releasedUntil])]
  const wrong = times.find((time) => time !== undefined && instantOf(time, zone) === undefined)
  if (wrong !== undefined) return `the calendar has no ${wrong}`
  if (from !== undefined && until !== undefined && !((instantOf(from, zone) ?? 0) < (instantOf(until, zone) ?? 0))) {
    return `it ends at ${until}, before it begins at ${from}`
  }
  return emptyRange(rule.when) ?? (rule.unless === undefined ? undefined : emptyRange(rule.unless))
}

function emptyRange({
  minPriceMicros,
  maxPriceMicros,
  newerThanDays,
  olderThanDays,
}: RuleCondition): string | undefined {
  if (minPriceMicros !== undefined && maxPriceMicros !== undefined && minPriceMicros > maxPriceMicros) {
    return 'no price is above "minPriceMicros" and below "maxPriceMicros"'
  }
  if (newerThanDays !== undefined && olderThanDays !== undefined && newerThanDays <= olderThanDays) {
    return 'no product is newer than "newerThanDays" and older than "olderThanDays"'
  }
  return undefined
}
