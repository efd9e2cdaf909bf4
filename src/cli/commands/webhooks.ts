import { CodedError } from '../../contracts/errors.ts'
import { WEBHOOK_TYPES, type WebhookType } from '../../contracts/webhook.ts'
import { type AddCommand, collect, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, idNamed, wholeNumber } from '../context.ts'
import { EXIT, Outcome } from '../exit-codes.ts'
import { table } from '../output/table.ts'
import { moment } from '../output/words.ts'

const ID = '01936b5e-7c1a-7000-8000-0123456789ab'

export const addWebhooks: AddCommand = (program, context) => {
  const webhooks = program
    .command('webhooks')
    .description('tell other systems what happens: add, list, test, rotate, remove')
  examples(webhooks, [
    'webhooks add https://hooks.example/storemind --type job.ended --type model.promoted',
    'webhooks list',
    `webhooks test ${ID}`,
    `webhooks deliveries ${ID} --limit 20`,
    `webhooks rotate ${ID} --overlap 48`,
    `webhooks enable ${ID}`,
    `webhooks remove ${ID}`,
  ])

  const list = webhooks.command('list').description('all webhooks, without their secrets')
  list.action(async () => {
    const options = optionsOf<object>(list)
    const answered = await withClient(context, options, ({ client }) => client.listWebhooks())
    answer(context, options, answered, () =>
      answered.webhooks.length === 0
        ? 'No webhooks yet: add one with `storemind webhooks add URL`.'
        : table(
            ['id', 'url', 'types', 'state', 'on the way', 'created (UTC)'].map((title) => ({ title })),
            answered.webhooks.map(
              ({ id, url, types, disabledAt, disabledBecause, previousSecretUntil, pending, createdAt }) => [
                id,
                url,
                types.length === 0 ? 'all' : types.join(', '),
                [
                  disabledAt === undefined ? 'on' : `off since ${moment(disabledAt)}: ${disabledBecause}`,
                  ...(previousSecretUntil === undefined ? [] : [`two secrets until ${moment(previousSecretUntil)}`]),
                ].join('; '),
                String(pending),
                moment(createdAt),
              ],
            ),
          ),
    )
  })

  const add = webhooks
    .command('add')
    .description('add a webhook; its secret is shown once')
    .argument('<url>')
    .option('--type <type>', `${WEBHOOK_TYPES.join(', ')}; several times; all where left out`, collect)
    .option('--description <text>', 'what it is for')
  add.action(async (url: string) => {
    const options = optionsOf<{ readonly type?: readonly string[]; readonly description?: string }>(add)
    const types = options.type?.flatMap((text) => text.split(',')).map(typeNamed)
    const body = {
      url,
      ...(types === undefined ? {} : { types }),
      ...(options.description === undefined ? {} : { description: options.description }),
    }
    const made = await withClient(context, options, ({ client }) => client.createWebhook(body))
    answer(context, options, made, () =>
      [
        made.secret,
        '',
        `Webhook ${made.webhook.id}. Keep the secret: it is not shown again, and messages are verified with it.`,
        `Try it: storemind webhooks test ${made.webhook.id}`,
      ].join('\n'),
    )
  })

  const rotate = webhooks
    .command('rotate')
    .description('give a webhook a new secret, shown once; the old one signs too until the overlap ends')
    .argument('<id>')
    .option('--overlap <hours>', 'hours that both are valid, 0 to 168; 0 forgets the old one at once', '24')
  rotate.action(async (given: string) => {
    const options = optionsOf<{ readonly overlap: string }>(rotate)
    const id = idNamed(given, 'ID')
    const overlapHours = wholeNumber(options.overlap, '--overlap', 0, 168)
    const made = await withClient(context, options, ({ client }) => client.rotateWebhook({ id }, { overlapHours }))
    const { previousSecretUntil } = made.webhook
    answer(context, options, made, () =>
      [
        made.secret,
        '',
        'Keep the secret: it is not shown again.',
        previousSecretUntil === undefined
          ? 'The old one is forgotten: give the receiver this one now. What it refuses meanwhile is sent again.'
          : `Messages carry both signatures until ${moment(previousSecretUntil)} UTC: give the receiver this one by then.`,
      ].join('\n'),
    )
  })

  const remove = webhooks.command('remove').description('remove a webhook and what is on its way').argument('<id>')
  remove.action(async (given: string) => {
    const options = optionsOf<object>(remove)
    const id = idNamed(given, 'ID')
    const removed = await withClient(context, options, ({ client }) => client.removeWebhook({ id }))
    answer(context, options, removed, () => `Removed webhook ${id}.`)
  })

  const enable = webhooks.command('enable').description('switch one on that was switched off').argument('<id>')
  enable.action(async (given: string) => {
    const options = optionsOf<object>(enable)
    const id = idNamed(given, 'ID')
    const webhook = await withClient(context, options, ({ client }) => client.enableWebhook({ id }))
    answer(context, options, webhook, () => `Webhook ${id} is on; ${webhook.pending} messages are on their way to it.`)
  })

  const test = webhooks.command('test').description('send one test message and say what came of it').argument('<id>')
  test.action(async (given: string) => {
    const options = optionsOf<object>(test)
    const id = idNamed(given, 'ID')
    const outcome = await withClient(context, options, ({ client }) => client.testWebhook({ id }))
    answer(context, options, outcome, () =>
      outcome.delivered ? `It was taken (${outcome.status}).` : `It was not taken: ${outcome.problem}.`,
    )
    if (!outcome.delivered) throw new Outcome(EXIT.failed)
  })

  const deliveries = webhooks
    .command('deliveries')
    .description('what was sent to a webhook, newest first')
    .argument('<id>')
    .option('--limit <number>', 'at most so many', '20')
  deliveries.action(async (given: string) => {
    const options = optionsOf<{ readonly limit: string }>(deliveries)
    const id = idNamed(given, 'ID')
    const limit = wholeNumber(options.limit, '--limit', 1, 1000)
    const answered = await withClient(context, options, ({ client }) => client.listDeliveries({ id, limit }))
    answer(context, options, answered, () =>
      answered.deliveries.length === 0
        ? 'Nothing was sent to it yet but what `webhooks test` sent, which is not listed.'
        : table(
            ['message', 'type', 'state', 'attempts', 'last (UTC)', 'next (UTC)', 'problem'].map((title) => ({ title })),
            answered.deliveries.map((each) => [
              each.message,
              each.type,
              each.state,
              String(each.attempts),
              each.lastAttemptAt === undefined ? '–' : moment(each.lastAttemptAt),
              each.nextAttemptAt === undefined ? '–' : moment(each.nextAttemptAt),
              each.problem ?? '',
            ]),
          ),
    )
  })
}

function typeNamed(name: string): WebhookType {
  const type = WEBHOOK_TYPES.find((known) => known === name)
  if (type !== undefined) return type
  throw new CodedError('USAGE', { problem: `--type is one of ${WEBHOOK_TYPES.join(', ')}, not "${name}"` })
}
