import { Evaluation, MOST_TEST_DAYS } from '../../contracts/model-version.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, wholeNumber } from '../context.ts'
import { resultOf } from '../job-result.ts'
import { evaluationWords } from '../output/evaluation.ts'
import { runJob } from '../run-job.ts'

interface EvaluateOptions {
  readonly testDays?: string
  readonly placement?: string
  readonly seed?: string
}

export const addEvaluate: AddCommand = (program, context) => {
  const command = program
    .command('evaluate')
    .description('measure every source and the blend on the last days, learning only from what came before')
    .option('--test-days <days>', 'days at the end that are the test; 30')
    .option('--placement <name>', 'whose blend; home')
    .option('--seed <number>', 'of what is drawn at random')
  examples(command, ['evaluate', 'evaluate --store data/retail --test-days 14', 'evaluate --placement cart --json'])
  command.action(async () => {
    const options = optionsOf<EvaluateOptions>(command)
    const request = {
      ...(options.testDays === undefined
        ? {}
        : { testDays: wholeNumber(options.testDays, '--test-days', 1, MOST_TEST_DAYS) }),
      ...(options.placement === undefined ? {} : { placement: options.placement }),
      ...(options.seed === undefined ? {} : { seed: wholeNumber(options.seed, '--seed', 0, 0xffffffff) }),
    }
    const job = await withClient(context, options, ({ client }) =>
      runJob(context, options, client, () => client.evaluate(request)),
    )
    const evaluation = resultOf(job, Evaluation)
    answer(context, options, evaluation, () => evaluationWords(evaluation))
  })
}
