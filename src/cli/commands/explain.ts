import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, idNamed, languageOf } from '../context.ts'
import { decisionWords } from './recommend.ts'

export const addExplain: AddCommand = (program, context) => {
  const command = program
    .command('explain')
    .description('say why a decision came out as it did')
    .argument('<decision>', 'its id')
  examples(command, [
    'explain 01936b5e-7c1a-7000-8000-0123456789ab',
    'explain 01936b5e-7c1a-7000-8000-0123456789ab --language zh',
  ])
  command.action(async (given: string) => {
    const options = optionsOf<object>(command)
    const language = languageOf(options)
    const id = idNamed(given, 'DECISION')
    const explanation = await withClient(context, options, ({ client }) =>
      client.explainDecision(language === undefined ? { id } : { id, language }),
    )
    answer(context, options, explanation, () =>
      [...explanation.summary, '', decisionWords(explanation.decision).split('\n').slice(2).join('\n')].join('\n'),
    )
  })
}
