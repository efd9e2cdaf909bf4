import { resolve } from 'node:path'
import { restoreStore } from '../../server/store-folder.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { effectiveConfiguration, withClient } from '../connect.ts'
import { answer, storeDirectory } from '../context.ts'
import { runJob } from '../run-job.ts'

export const addBackup: AddCommand = (program, context) => {
  const command = program
    .command('backup')
    .description('write a consistent copy of the store, also while it serves')
    .argument('<folder>', 'a new or an empty one')
    .option('--keys-to <folder>', 'where the keys go; keep them apart from the copy, which cannot be read without them')
  examples(command, ['backup /backups/shop-monday --keys-to /vault/shop-monday'])
  command.action(async (folder: string) => {
    const options = optionsOf<{ readonly keysTo?: string }>(command)
    const to = resolve(context.workingDirectory, folder)
    const keysTo = options.keysTo === undefined ? undefined : resolve(context.workingDirectory, options.keysTo)
    const job = await withClient(context, options, ({ client }) =>
      runJob(context, options, client, () => client.backUp(keysTo === undefined ? { to } : { to, keysTo })),
    )
    answer(context, options, job.result ?? { to }, () =>
      [
        `Backed up to ${to}.`,
        keysTo === undefined
          ? 'Without the keys: personal data in it can be read only with the keys of this store (--keys-to copies them).'
          : `The keys are at ${keysTo}.`,
      ].join('\n'),
    )
  })
}

export const addRestore: AddCommand = (program, context) => {
  const command = program
    .command('restore')
    .description('make a store from a backup')
    .argument('<folder>', 'the backup')
    .option('--keys <folder>', 'where its keys are')
    .option('--force', 'replace the store that is there')
  examples(command, ['restore /backups/shop-monday --keys /vault/shop-monday --store data/shop'])
  command.action(async (folder: string) => {
    const options = optionsOf<{ readonly keys?: string; readonly force?: boolean }>(command)
    const to = storeDirectory(context, options)
    const { values } = await effectiveConfiguration(context, options)
    await restoreStore({
      from: resolve(context.workingDirectory, folder),
      to,
      force: options.force ?? false,
      masterKey: values['store.masterKey'],
      ...(options.keys === undefined ? {} : { keysFrom: resolve(context.workingDirectory, options.keys) }),
    })
    answer(context, options, { store: to }, () => `Restored to ${to}.`)
  })
}
