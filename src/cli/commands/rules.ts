import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Rule, RuleEntry, RuleTrial } from '@storemind/client'
import { Check, Errors } from 'typebox/value'
import { CodedError } from '../../contracts/errors.ts'
import { mismatchWords } from '../../contracts/mismatch.ts'
import { Rule as RuleSchema } from '../../contracts/rule.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context, languageOf, wholeNumber } from '../context.ts'
import { table } from '../output/table.ts'
import { count, moment } from '../output/words.ts'

export const addRules: AddCommand = (program, context) => {
  const rules = program
    .command('rules')
    .description('what a merchandiser wants of lists: pin, boost, bury, exclude, cap')
  examples(rules, ['rules list', 'rules try christmas.json', 'rules put christmas.json', 'rules remove christmas'])

  const list = rules.command('list').description('all rules, with their state and how many products they speak of')
  list.action(async () => {
    const options = optionsOf<object>(list)
    const answered = await withClient(context, options, ({ client }) => client.listRules())
    answer(context, options, answered, () =>
      answered.rules.length === 0
        ? 'No rules yet: docs/rules.md shows how one is written.'
        : rulesWords(answered.rules),
    )
  })

  const put = rules
    .command('put')
    .description('add or change a rule; the next decision follows it')
    .argument('<file>', FILE)
  put.action(async (file: string) => {
    const options = optionsOf<object>(put)
    const rule = await ruleIn(context, file)
    const entry = await withClient(context, options, ({ client }) => client.putRule(rule))
    answer(context, options, entry, () => rulesWords([entry]))
  })

  const remove = rules
    .command('remove')
    .description('remove a rule; past decisions stay explainable')
    .argument('<name>')
  remove.action(async (name: string) => {
    const options = optionsOf<object>(remove)
    const removed = await withClient(context, options, ({ client }) => client.removeRule({ name }))
    answer(context, options, removed, () => `Removed rule ${name}.`)
  })

  const trial = rules
    .command('try')
    .description('decide past traffic again with and without a rule, and say what would have changed')
    .argument('<file>', FILE)
    .option('--sample <number>', 'past decisions to decide again, 200 where left out')
    .option('--days <number>', 'from the last so many days, 7 where left out')
  trial.action(async (file: string) => {
    const options = optionsOf<{ readonly sample?: string; readonly days?: string }>(trial)
    const language = languageOf(options)
    const request = {
      rule: await ruleIn(context, file),
      ...(options.sample === undefined ? {} : { sample: wholeNumber(options.sample, '--sample', 1, 1000) }),
      ...(options.days === undefined ? {} : { days: wholeNumber(options.days, '--days', 1, 365) }),
      ...(language === undefined ? {} : { language }),
    }
    const tried = await withClient(context, options, ({ client }) => client.tryRule(request))
    answer(context, options, tried, () => trialWords(tried))
  })
}

const FILE = 'the rule as JSON'

/** @throws CodedError FILE_NOT_FOUND, USAGE */
async function ruleIn(context: Context, file: string): Promise<Rule> {
  const path = resolve(context.workingDirectory, file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const problem = error instanceof Error ? error.message : String(error)
    throw new CodedError('FILE_NOT_FOUND', { path, problem }, { cause: error })
  })
  const rule = parsed(text, file)
  if (Check(RuleSchema, rule)) return rule
  const [first] = Errors(RuleSchema, rule)
  const where =
    first === undefined || first.instancePath === '' ? 'it' : first.instancePath.slice(1).replaceAll('/', '.')
  throw new CodedError('USAGE', {
    problem: `${file} is not a rule: ${where} ${mismatchWords(first, 'a rule', RuleSchema)}`,
  })
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new CodedError('USAGE', { problem: `${file} is not JSON: ${problem}` }, { cause: error })
  }
}

function rulesWords(entries: readonly RuleEntry[]): string {
  return table(
    [
      { title: 'name' },
      { title: 'does' },
      { title: 'where' },
      { title: 'state' },
      { title: 'products', align: 'right' },
      { title: 'used today', align: 'right' },
      { title: 'changed (UTC)' },
    ],
    entries.map(({ rule, state, products, usedToday, changedAt }) => [
      rule.name,
      effectWords(rule),
      [...(rule.placements ?? ['everywhere']), ...(rule.markets ?? [])].join(', '),
      state,
      count(products),
      usedToday === undefined ? '' : `${count(usedToday)} of ${count(rule.effect.limit?.perDay ?? 0)}`,
      moment(changedAt),
    ]),
  )
}

function effectWords({ effect }: Rule): string {
  const { do: does, position, strength, limit } = effect
  if (does === 'pin') return `pin to ${position}`
  if (does === 'boost') return `boost × ${strength}`
  if (does === 'bury') return `bury ÷ ${strength}`
  return does === 'cap' ? `cap at ${count(limit?.perDay ?? 0)} a day` : does
}

function trialWords({ summary, products, byPlacement }: RuleTrial): string {
  const lines = [...summary]
  if (byPlacement.length > 0) {
    lines.push(
      '',
      table(
        [{ title: 'placement' }, { title: 'decisions', align: 'right' }, { title: 'changed', align: 'right' }],
        byPlacement.map(({ placement, decisions, changed }) => [placement, count(decisions), count(changed)]),
      ),
    )
  }
  if (products.length > 0) {
    lines.push(
      '',
      table(
        [
          { title: 'product' },
          { title: 'name' },
          { title: 'lists before', align: 'right' },
          { title: 'with the rule', align: 'right' },
        ],
        products.map(({ productId, name, before, after }) => [productId, name, count(before), count(after)]),
      ),
    )
  }
  return lines.join('\n')
}
