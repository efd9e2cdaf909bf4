import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, languageOf, wholeNumber } from '../context.ts'

export const addShadow: AddCommand = (program, context) => {
  const command = program
    .command('shadow')
    .description('what would have differed, had a placement in shadow mode shown our lists')
    .argument('<placement>', 'its name')
    .option('--days <number>', 'the last so many days, 30 where left out')
    .option('--window <days>', 'days in which a purchase follows a list, 7 where left out')
  examples(command, ['shadow home', 'shadow home --days 7 --language zh'])
  command.action(async (name: string) => {
    const options = optionsOf<{ readonly days?: string; readonly window?: string }>(command)
    const language = languageOf(options)
    const asked = {
      name,
      ...(options.days === undefined ? {} : { days: wholeNumber(options.days, '--days', 1, 365) }),
      ...(options.window === undefined ? {} : { windowDays: wholeNumber(options.window, '--window', 1, 90) }),
      ...(language === undefined ? {} : { language }),
    }
    const report = await withClient(context, options, ({ client }) => client.shadowReport(asked))
    answer(context, options, report, () => report.summary.join('\n'))
  })
}
