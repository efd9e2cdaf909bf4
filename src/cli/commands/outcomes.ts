import type { Job } from '@storemind/client'
import { OutcomeRebuild } from '../../contracts/outcome.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, commandLine } from '../context.ts'
import { resultOf } from '../job-result.ts'
import { amounts } from '../output/outcomes.ts'
import { table } from '../output/table.ts'
import { count, counted } from '../output/words.ts'
import { runJob } from '../run-job.ts'

export const addOutcomes: AddCommand = (program, context) => {
  const outcomes = program.command('outcomes').description('what events came to for decisions: rebuild')
  examples(outcomes, ['outcomes rebuild --dry-run', 'outcomes rebuild --store data/shop'])

  const rebuild = outcomes
    .command('rebuild')
    .description(
      'count impressions, clicks and attributed orders again from the log; stopped, it goes on by itself as the log is followed',
    )
    .option('--dry-run', 'count beside what is there and say what would change')
  examples(rebuild, ['outcomes rebuild --dry-run', 'outcomes rebuild', 'outcomes rebuild --dry-run --json'])
  rebuild.action(async () => {
    const options = optionsOf<{ readonly dryRun?: boolean }>(rebuild)
    const dryRun = options.dryRun ?? false
    const job: Job = await withClient(context, options, ({ client }) =>
      runJob(context, options, client, () => client.rebuildOutcomes({ dryRun })),
    )
    const result = resultOf(job, OutcomeRebuild)
    answer(context, options, result, () =>
      result.differences === undefined
        ? `Counted again from ${counted(result.events, 'row')} of the log, for ${counted(result.shoppers, 'shopper')}.`
        : [
            ...differenceWords(result.differences),
            '',
            `Nothing was written. To do it: ${commandLine(context, options, 'outcomes rebuild')}`,
          ].join('\n'),
    )
  })
}

function differenceWords(differences: NonNullable<OutcomeRebuild['differences']>): string[] {
  const { touches, attributions, refusedTokens, revenue } = differences
  const rows = [
    ['impressions and clicks', touches],
    ['attributed lines', attributions],
    ['refused tokens', refusedTokens],
  ] as const
  const same = rows.every(([, { added, removed, changed }]) => added + removed + changed === 0)
  const column = (title: string) => ({ title, align: 'right' as const })
  return [
    table(
      [{ title: '' }, ...['now', 'then', 'added', 'removed', 'changed'].map(column)],
      rows.map(([title, { before, after, added, removed, changed }]) => [
        title,
        ...[before, after, added, removed, changed].map(count),
      ]),
    ),
    ...revenue.map(({ currency, beforeMicros, afterMicros }) => {
      const shown = (micros: string) => amounts([{ currency, micros, refundedMicros: '0' }])
      return `attributed, less refunds: ${shown(beforeMicros)} now, ${shown(afterMicros)} then`
    }),
    '',
    same ? 'A rebuild would change nothing.' : 'A rebuild would change what is counted.',
  ]
}
