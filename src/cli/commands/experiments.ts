import { readFile } from 'node:fs/promises'
import type { Experiment, ExperimentDraft, ExperimentReport } from '@storemind/client'
import { CodedError } from '../../contracts/errors.ts'
import { type AddCommand, collect, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, idNamed, languageOf, pairs, wholeNumber } from '../context.ts'
import { amounts, percent } from '../output/outcomes.ts'
import { table } from '../output/table.ts'
import { count, moment } from '../output/words.ts'

interface CreateOptions {
  readonly name?: string
  readonly placement?: readonly string[]
  readonly arm?: readonly string[]
  readonly holdout?: readonly string[]
  readonly days?: string
  readonly file?: string
}

export const addExperiments: AddCommand = (program, context) => {
  const experiments = program
    .command('experiments')
    .description('A/B tests and holdouts: list, create, start, stop, report')
  examples(experiments, [
    'experiments create --name "Worth it?" --placement home --holdout store=1 --arm storemind=9 --days 28',
    'experiments list',
    'experiments start 01936b5e-7c1a-7000-8000-0123456789ab',
    'experiments report 01936b5e-7c1a-7000-8000-0123456789ab --language zh',
    'experiments stop 01936b5e-7c1a-7000-8000-0123456789ab',
  ])

  const list = experiments.command('list').description('all experiments')
  list.action(async () => {
    const options = optionsOf<object>(list)
    const answered = await withClient(context, options, ({ client }) => client.listExperiments())
    answer(context, options, answered, () =>
      answered.experiments.length === 0
        ? 'No experiments yet: make one with `storemind experiments create`.'
        : table(
            [{ title: 'id' }, { title: 'name' }, { title: 'status' }, { title: 'placements' }, { title: 'arms' }],
            answered.experiments.map((one) => [
              one.id,
              one.name,
              one.status,
              one.placements.join(', '),
              one.arms.map(armWords).join(', '),
            ]),
          ),
    )
  })

  const create = experiments
    .command('create')
    .description('make a draft; it begins with `start`')
    .option('--name <name>', 'what it asks')
    .option('--placement <name>', 'where it runs; several times', collect)
    .option(
      '--holdout <name=share>',
      'an arm to which nothing is shown; arms are in the order of their options',
      collect,
    )
    .option('--arm <name=share>', 'an arm that gets what the placement says; several times', collect)
    .option('--days <number>', 'how long it runs; decided now, it allows the narrower interval at its end')
    .option('--file <path>', 'all of it as JSON, for arms with a policy of their own')
  create.action(async () => {
    const options = optionsOf<CreateOptions>(create)
    const draft = options.file === undefined ? draftOf(options) : await draftIn(options.file)
    const made = await withClient(context, options, ({ client }) => client.createExperiment(draft))
    answer(
      context,
      options,
      made,
      () => `${made.id}\n\nDraft “${made.name}”. Start it with \`experiments start ${made.id}\`.`,
    )
  })

  const start = experiments.command('start').description('start a draft').argument('<id>')
  start.action(async (given: string) => {
    const options = optionsOf<object>(start)
    const address = { id: idNamed(given, 'ID') }
    const started = await withClient(context, options, ({ client }) => client.startExperiment(address))
    answer(context, options, started, () => `“${started.name}” runs since ${moment(started.startedAt ?? 0)} UTC.`)
  })

  const stop = experiments.command('stop').description('stop for good; the figures stay').argument('<id>')
  stop.action(async (given: string) => {
    const options = optionsOf<object>(stop)
    const address = { id: idNamed(given, 'ID') }
    const stopped = await withClient(context, options, ({ client }) => client.stopExperiment(address))
    answer(context, options, stopped, () => `“${stopped.name}” is stopped. See \`experiments report ${stopped.id}\`.`)
  })

  const report = experiments.command('report').description('what it shows so far').argument('<id>')
  report.action(async (given: string) => {
    const options = optionsOf<object>(report)
    const language = languageOf(options)
    const address = { id: idNamed(given, 'ID'), ...(language === undefined ? {} : { language }) }
    const told = await withClient(context, options, ({ client }) => client.experimentReport(address))
    answer(context, options, told, () => experimentWords(told))
  })
}

function armWords({ name, share, holdout }: Experiment['arms'][number]): string {
  return `${name} ${share}${holdout ? ' (holdout)' : ''}`
}

/** The baseline is the holdout where there is one, since everything else is compared with it. */
function draftOf({ name, placement = [], arm = [], holdout = [], days }: CreateOptions): ExperimentDraft {
  if (name === undefined) throw new CodedError('USAGE', { problem: '--name is missing' })
  const arms = (given: readonly string[], option: string) =>
    Object.entries(pairs(given, option)).map(([of, share]) => ({
      name: of,
      share: wholeNumber(share, option, 1, 1000),
    }))
  return {
    name,
    placements: [...placement],
    arms: [...arms(holdout, '--holdout').map((one) => ({ ...one, holdout: true })), ...arms(arm, '--arm')],
    ...(days === undefined ? {} : { days: wholeNumber(days, '--days', 1, 365) }),
  }
}

/** Whether it is an experiment is for the server to say. */
async function draftIn(path: string): Promise<ExperimentDraft> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CodedError('FILE_NOT_FOUND', { path, problem: 'it may not be read' }, { cause: error })
  })
  try {
    return JSON.parse(text)
  } catch {
    throw new CodedError('USAGE', { problem: `${path} is not JSON` })
  }
}

export function experimentWords({ experiment, words, arms, to }: ExperimentReport): string {
  return [
    `“${experiment.name}”, ${experiment.status}, up to ${moment(to)} UTC`,
    '',
    ...words,
    '',
    table(
      [
        { title: 'arm' },
        { title: 'visitors', align: 'right' },
        { title: 'buyers', align: 'right' },
        { title: 'orders', align: 'right' },
        { title: 'revenue, less refunds', align: 'right' },
        { title: 'decisions', align: 'right' },
        { title: 'impressions', align: 'right' },
        { title: 'clicks', align: 'right' },
        { title: 'CTR', align: 'right' },
        { title: 'attributed, less refunds', align: 'right' },
      ],
      arms.map((one) => [
        one.arm,
        count(one.visitors),
        count(one.buyers),
        count(one.orders),
        amounts(one.revenue),
        count(one.decisions),
        count(one.impressions),
        count(one.clicks),
        percent(one.clickThroughRate),
        amounts(one.attributedRevenue),
      ]),
    ),
  ].join('\n')
}
