import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, idNamed, languageOf } from '../context.ts'
import { table } from '../output/table.ts'

export const addReplay: AddCommand = (program, context) => {
  const command = program
    .command('replay')
    .description('decide again from captured inputs, and say whether the same comes out')
    .argument('<decision>', 'its id')
  examples(command, ['recommend --profile 17850 --capture', 'replay 01936b5e-7c1a-7000-8000-0123456789ab'])
  command.action(async (given: string) => {
    const options = optionsOf<object>(command)
    const language = languageOf(options)
    const id = idNamed(given, 'DECISION')
    const replay = await withClient(context, options, ({ client }) =>
      client.replayDecision(language === undefined ? { id } : { id, language }),
    )
    answer(context, options, replay, () => {
      if (replay.outcome === 'not_replayable') return replay.summary.join('\n')
      const columns = [{ title: '#', align: 'right' as const }, { title: 'then' }, { title: 'again' }]
      const rows = Array.from({ length: Math.max(replay.before.length, replay.again.length) }, (_, i) => [
        String(i + 1),
        replay.before[i]?.name ?? '–',
        replay.again[i]?.name ?? '–',
      ])
      return [...replay.summary, '', table(columns, rows)].join('\n')
    })
  })
}
