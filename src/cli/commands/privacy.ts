import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, type Context } from '../context.ts'
import { table } from '../output/table.ts'
import { count } from '../output/words.ts'

interface ProfileOptions {
  readonly profile?: string
}

export const addExport: AddCommand = (program, context) => {
  const command = program
    .command('export')
    .description('everything the store holds of one shopper, as JSON')
    .argument('[profile]', 'a customer id, an anonymous id or a profile id')
    .option('--profile <id>', 'the same')
    .option('--to <file>', 'write it there, readable by you alone')
  examples(command, ['export 17850', 'export --profile 17850 --to 17850.json'])
  command.action(async (given: string | undefined) => {
    const options = optionsOf<ProfileOptions & { readonly to?: string }>(command)
    const profile = profileOf(given, options)
    const all = await withClient(context, options, ({ client }) => client.exportProfile({ profile }))
    if (options.to === undefined) {
      context.terminal.out(`${JSON.stringify(all, null, 2)}\n`)
      return
    }
    const path = resolve(context.workingDirectory, options.to)
    await writeFile(path, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 })
    answer(context, options, { written: path }, () => `Wrote ${path}.`)
  })
}

export const addErase: AddCommand = (program, context) => {
  const command = program
    .command('erase')
    .description('erase one shopper everywhere; it cannot be undone')
    .argument('[profile]', 'a customer id, an anonymous id or a profile id')
    .option('--profile <id>', 'the same')
    .option('--yes', 'do not ask')
  examples(command, ['erase 17850', 'erase --profile 17850 --yes'])
  command.action(async (given: string | undefined) => {
    const options = optionsOf<ProfileOptions & { readonly yes?: boolean }>(command)
    const profile = profileOf(given, options)
    if (!options.yes && context.terminal.inIsTTY) await confirm(context, profile)
    const answered = await withClient(context, options, ({ client }) => client.eraseProfile({ profile }))
    answer(context, options, answered, () =>
      [
        `Erased ${profile}. The key that sealed the data is destroyed, so that copies of it can no longer be read.`,
        table(
          [{ title: 'table' }, { title: 'rows', align: 'right' }],
          Object.entries(answered.erased).map(([name, rows]) => [name, count(rows)]),
        ),
      ].join('\n'),
    )
  })
}

function profileOf(given: string | undefined, options: ProfileOptions): string {
  const profile = options.profile ?? given
  if (profile === undefined) throw new CodedError('USAGE', { problem: 'name the shopper with --profile ID' })
  return profile
}

async function confirm(context: Context, profile: string): Promise<void> {
  const said = await context.terminal.ask(`Erase everything of ${profile}? Type the id to confirm: `)
  if (said.trim() !== profile) throw new CodedError('USAGE', { problem: 'it was not confirmed; nothing was erased' })
}
