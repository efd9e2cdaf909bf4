import { readFileSync } from 'node:fs'
import { Errors } from 'typebox/value'
import { expect, test } from 'vitest'
import { RULE_EFFECTS, Rule, RuleCondition } from '../src/contracts/rule.ts'
import { checkRule } from '../src/core/decisions/rules/check-rule.ts'

const document = readFileSync(new URL('../docs/rules.md', import.meta.url), 'utf8')

test('every example of docs/rules.md is a rule that can be followed', () => {
  const examples = [...document.matchAll(/```json\n(.*?)```/gs)].map(([, text = '']) => JSON.parse(text))
  expect(examples.length).toBeGreaterThan(4)
  for (const example of examples) {
    expect([...Errors(Rule, example)]).toEqual([])
    checkRule(example, 'UTC', new Set(['home', 'email_block']))
  }
})

test('docs/rules.md speaks of every condition and every effect', () => {
  for (const name of [...Object.keys(RuleCondition.properties), ...RULE_EFFECTS])
    expect(document).toContain(`\`${name}\``)
})
