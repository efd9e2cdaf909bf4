import { expect, it } from 'vitest'
import { CodedError } from '../../../contracts/errors.ts'
import type { Rule } from '../../../contracts/rule.ts'
import { checkRule } from './check-rule.ts'

const RULE: Rule = { name: 'rule', when: { brands: ['X'] }, effect: { do: 'exclude' } }

function problemOf(more: Partial<Rule>): string | undefined {
  try {
    checkRule({ ...RULE, ...more }, 'Europe/Berlin', new Set(['home', 'cart']))
    return undefined
  } catch (error) {
    if (error instanceof CodedError && error.code === 'RULE_INVALID') return String(error.details['problem'])
    throw error
  }
}

it.each([
  [{}, undefined],
  [{ effect: { do: 'pin', position: 3, count: 2, limit: { perDay: 5 } } }, undefined],
  [{ effect: { do: 'pin' } }, 'needs "position"'],
  [{ effect: { do: 'boost' } }, 'needs "strength"'],
  [{ effect: { do: 'cap' } }, 'needs "limit"'],
  [{ effect: { do: 'exclude', strength: 2 } }, 'takes no "strength"'],
  [{ effect: { do: 'bury', strength: 2, limit: { perDay: 1 } } }, 'takes no "limit"'],
  [{ placements: ['home', 'attic'] }, 'no placement attic'],
  [{ from: '2026-02-30' }, 'no 2026-02-30'],
  [{ from: '2026-02-03T25:00' }, 'no 2026-02-03T25:00'],
  [{ from: '2026-02-03', until: '2026-02-03' }, 'before it begins'],
  [{ when: { releasedFrom: '2026-13-01' } }, 'no 2026-13-01'],
  [{ when: { minPriceMicros: 2, maxPriceMicros: 1 } }, 'no price'],
  [{ unless: { newerThanDays: 2, olderThanDays: 9 } }, 'no product is newer'],
] satisfies [Partial<Rule>, string | undefined][])('of %j it says %s', (more, problem) => {
  if (problem === undefined) expect(problemOf(more)).toBeUndefined()
  else expect(problemOf(more)).toContain(problem)
})
