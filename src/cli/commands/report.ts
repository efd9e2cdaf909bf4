import type { OutcomeReport } from '@storemind/client'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, wholeNumber } from '../context.ts'
import { amounts, percent } from '../output/outcomes.ts'
import { table } from '../output/table.ts'
import { count, day } from '../output/words.ts'

const DAY = 86_400_000

export const addReport: AddCommand = (program, context) => {
  const command = program
    .command('report')
    .description('what decisions came to, by placement: impressions, clicks, attributed orders and revenue')
    .option('--days <number>', 'so many days back; 30 where left out')
  examples(command, ['report', 'report --days 7 --json'])
  command.action(async () => {
    const options = optionsOf<{ readonly days?: string }>(command)
    const days = options.days === undefined ? 30 : wholeNumber(options.days, '--days', 1, 3650)
    const to = context.clock()
    const window = { from: to - days * DAY, to }
    const told = await withClient(context, options, ({ client }) => client.outcomeReport(window))
    answer(context, options, told, () => reportWords(told))
  })
}

function reportWords({ from, to, placements, refusedTokens, duplicates }: OutcomeReport): string {
  const refused = Object.values(refusedTokens).reduce((sum, n) => sum + n, 0)
  return [
    `${day(from)} to ${day(to)} (UTC)`,
    '',
    placements.length === 0
      ? 'No decisions yet: ask for one with `storemind recommend`.'
      : table(
          [
            { title: 'placement' },
            { title: 'decisions', align: 'right' },
            { title: 'impressions', align: 'right' },
            { title: 'clicks', align: 'right' },
            { title: 'CTR', align: 'right' },
            { title: 'orders', align: 'right' },
            { title: 'attributed, less refunds', align: 'right' },
          ],
          placements.map((one) => [
            one.placement,
            count(one.decisions),
            count(one.impressions),
            count(one.clicks),
            percent(one.clickThroughRate),
            count(one.attributedOrders),
            amounts(one.attributedRevenue),
          ]),
        ),
    ...(duplicates > 0 ? ['', `${count(duplicates)} later uses of a token were counted once.`] : []),
    ...(refused > 0 ? ['', `${count(refused)} tokens were refused; \`report --json\` shows why.`] : []),
    '',
    'Attribution is a rule, not a proof: what Storemind brings is what an experiment with a holdout measures.',
  ].join('\n')
}
