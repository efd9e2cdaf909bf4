import { CodedError } from '../../contracts/errors.ts'
import { SCOPES, type Scope } from '../../contracts/route.ts'
import { type AddCommand, collect, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, idNamed } from '../context.ts'
import { table } from '../output/table.ts'
import { moment } from '../output/words.ts'

export const addKeys: AddCommand = (program, context) => {
  const keys = program.command('keys').description('keys of the HTTP API: create, list, remove')
  examples(keys, [
    'keys create --name shop --scope read',
    'keys create --name page --scope write --origin https://shop.example',
    'keys create --name ops --scope admin',
    'keys list',
    'keys remove 01936b5e-7c1a-7000-8000-0123456789ab',
  ])

  const create = keys
    .command('create')
    .description('make a key; its secret is shown once')
    .option('--name <name>', 'what it is for', 'key')
    .option('--scope <scope>', `${SCOPES.join(', ')}; several times; read where left out`, collect)
    .option('--origin <origin>', 'only for pages of this origin, like https://shop.example; several times', collect)
  create.action(async () => {
    const options = optionsOf<{
      readonly name: string
      readonly scope?: readonly string[]
      readonly origin?: readonly string[]
    }>(create)
    const scopes = (options.scope ?? ['read']).flatMap((text) => text.split(',')).map(scopeNamed)
    const made = await withClient(context, options, ({ client }) =>
      client.createKey({
        name: options.name,
        scopes,
        ...(options.origin === undefined ? {} : { origins: [...options.origin] }),
      }),
    )
    answer(context, options, made, () =>
      [
        made.secret,
        '',
        `Key ${made.key.id} (${made.key.scopes.join(', ')}). Keep the secret: it is not shown again.`,
      ].join('\n'),
    )
  })

  const list = keys.command('list').description('all keys, without their secrets')
  list.action(async () => {
    const options = optionsOf<object>(list)
    const answered = await withClient(context, options, ({ client }) => client.listKeys())
    answer(context, options, answered, () =>
      answered.keys.length === 0
        ? 'No keys yet: make one with `storemind keys create`.'
        : table(
            ['id', 'name', 'scopes', 'origins', 'created (UTC)', 'last used (UTC)'].map((title) => ({ title })),
            answered.keys.map(({ id, name, scopes, origins = [], createdAt, lastUsedAt }) => [
              id,
              name,
              scopes.join(', '),
              origins.length === 0 ? 'any' : origins.join(', '),
              moment(createdAt),
              lastUsedAt === undefined ? 'never' : moment(lastUsedAt),
            ]),
          ),
    )
  })

  const remove = keys.command('remove').description('remove a key; it stops working at once').argument('<id>')
  remove.action(async (given: string) => {
    const options = optionsOf<object>(remove)
    const id = idNamed(given, 'ID')
    const removed = await withClient(context, options, ({ client }) => client.removeKey({ id }))
    answer(context, options, removed, () => `Removed key ${id}.`)
  })
}

function scopeNamed(name: string): Scope {
  const scope = SCOPES.find((known) => known === name)
  if (scope !== undefined) return scope
  throw new CodedError('USAGE', { problem: `--scope is one of ${SCOPES.join(', ')}, not "${name}"` })
}
