import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, wholeNumber } from '../context.ts'
import { cardWords, valueWords } from '../output/model-card.ts'
import { table } from '../output/table.ts'
import { bytes, moment } from '../output/words.ts'

export const addModels: AddCommand = (program, context) => {
  const models = program.command('models').description('model versions: list, show, promote, roll back')
  examples(models, ['models list', 'models show 3', 'models promote 3', 'models rollback'])

  const list = models.command('list').description('all versions, newest first')
  list.action(async () => {
    const options = optionsOf<object>(list)
    const answered = await withClient(context, options, ({ client }) => client.listModels())
    answer(context, options, answered, () =>
      answered.models.length === 0
        ? 'No version yet: run `storemind train`.'
        : table(
            [
              { title: 'version', align: 'right' },
              { title: 'status' },
              { title: 'trained (UTC)' },
              { title: 'metric' },
              { title: 'value', align: 'right' },
              { title: 'size', align: 'right' },
            ],
            answered.models.map((model) => [
              String(model.version),
              model.status,
              moment(model.createdAt),
              model.metric,
              valueWords(model.value),
              bytes(model.bytes),
            ]),
          ),
    )
  })

  const show = models.command('show').description('one version with its card').argument('<version>')
  show.action(async (version: string) => {
    const options = optionsOf<object>(show)
    const address = { version: numbered(version) }
    const model = await withClient(context, options, ({ client }) => client.getModel(address))
    answer(context, options, model, () => cardWords(model))
  })

  const promote = models
    .command('promote')
    .description('put a version in service when it is not worse than the one that serves')
    .argument('<version>')
    .option('--force', 'also when it is worse')
  promote.action(async (version: string) => {
    const options = optionsOf<{ readonly force?: boolean }>(promote)
    const address = { version: numbered(version) }
    const model = await withClient(context, options, ({ client }) =>
      client.promoteModel(address, { force: options.force ?? false }),
    )
    answer(context, options, model, () => `Version ${model.version} serves now.`)
  })

  const rollback = models.command('rollback').description('back to the version that served before')
  rollback.action(async () => {
    const options = optionsOf<object>(rollback)
    const model = await withClient(context, options, ({ client }) => client.rollBackModel({}))
    answer(context, options, model, () => `Version ${model.version} serves again.`)
  })
}

function numbered(version: string): number {
  return wholeNumber(version, 'VERSION', 1)
}
