import Type from 'typebox'
import { Language } from '../decision.ts'
import { route } from '../route.ts'
import { Rule, RuleEntry, RuleTrial } from '../rule.ts'

const Ok = Type.Object({ ok: Type.Literal(true) }, { additionalProperties: false })

export const listRules = route({
  name: 'listRules',
  method: 'GET',
  path: '/v1/rules',
  scope: 'admin',
  tag: 'rules',
  summary: 'The merchandiser’s rules, with what state each is in and how many products it may speak of.',
  response: Type.Object({ rules: Type.Array(RuleEntry) }, { additionalProperties: false }),
  errors: [],
})

export const putRule = route({
  name: 'putRule',
  method: 'PUT',
  path: '/v1/rules',
  scope: 'admin',
  tag: 'rules',
  summary: 'Adds a rule, or puts it in place of the one of that name; the next decision follows it.',
  body: Rule,
  response: RuleEntry,
  errors: ['RULE_INVALID', 'RULE_NOT_FOUND'],
})

export const removeRule = route({
  name: 'removeRule',
  method: 'DELETE',
  path: '/v1/rules/:name',
  scope: 'admin',
  tag: 'rules',
  summary: 'Removes a rule; decisions that it shaped stay explainable.',
  params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false }),
  response: Ok,
  errors: ['RULE_NOT_FOUND'],
})

export const RuleTrialRequest = Type.Object(
  {
    rule: Rule,
    sample: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'Past decisions to decide again; left out: 200.' }),
    ),
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 365, description: 'From the last so many days; left out: 7.' }),
    ),
    language: Type.Optional(Language),
  },
  { additionalProperties: false },
)
export type RuleTrialRequest = Type.Static<typeof RuleTrialRequest>

export const tryRule = route({
  name: 'tryRule',
  method: 'POST',
  path: '/v1/rules/trial',
  scope: 'admin',
  tag: 'rules',
  summary: 'Decides past traffic again with and without a rule and says what would have changed. Changes nothing.',
  body: RuleTrialRequest,
  response: RuleTrial,
  errors: ['RULE_INVALID', 'NO_MODEL'],
})
