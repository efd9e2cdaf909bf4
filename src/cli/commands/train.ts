import type { Client, TrainRequest } from '@storemind/client'
import Type from 'typebox'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context, commandLine, type GlobalOptions, wholeNumber } from '../context.ts'
import { resultOf } from '../job-result.ts'
import { cardWords } from '../output/model-card.ts'
import { runJob } from '../run-job.ts'

interface TrainOptions {
  readonly seed?: string
  readonly windowDays?: string
  readonly promote: boolean
}

/** What a training job ends with. */
const TrainResult = Type.Object({
  version: Type.Integer(),
  metric: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()]),
  verdict: Type.String(),
  passed: Type.Boolean(),
  promoted: Type.Boolean(),
  seconds: Type.Number(),
})

export const addTrain: AddCommand = (program, context) => {
  const command = program
    .command('train')
    .description('learn a model version from the history; it serves when it is not worse than the one before')
    .option('--seed <number>', 'the same data and seed give the same model')
    .option('--window-days <days>', 'only the history of the last so many days')
    .option('--no-promote', 'do not put the version in service')
  examples(command, ['train', 'train --store data/retail', 'train --window-days 365 --no-promote'])
  command.action(async () => {
    const options = optionsOf<TrainOptions>(command)
    const request = {
      promote: options.promote,
      ...(options.seed === undefined ? {} : { seed: wholeNumber(options.seed, '--seed', 0, 0xffffffff) }),
      ...(options.windowDays === undefined
        ? {}
        : { windowDays: wholeNumber(options.windowDays, '--window-days', 1, 36_500) }),
    }
    await withClient(context, options, async ({ client }) => {
      const result = await train(context, options, client, request)
      const model = await client.getModel({ version: result.version })
      answer(context, options, { ...result, model }, () =>
        [
          cardWords(model),
          '',
          result.verdict,
          result.promoted
            ? `Version ${result.version} serves now.`
            : result.passed
              ? `Put it in service with: ${commandLine(context, options, `models promote ${result.version}`)}`
              : 'It does not serve. `storemind models promote VERSION --force` overrides the gate.',
        ].join('\n'),
      )
    })
  })
}

export async function train(context: Context, options: GlobalOptions, client: Client, request: TrainRequest) {
  const job = await runJob(context, options, client, () => client.train(request))
  return resultOf(job, TrainResult)
}
