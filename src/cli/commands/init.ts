import { CodedError } from '../../contracts/errors.ts'
import { makeStore } from '../../server/store-folder.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { effectiveConfiguration } from '../connect.ts'
import { answer, type Context, commandLine, type GlobalOptions, storeDirectory } from '../context.ts'

interface InitOptions {
  readonly name?: string
  readonly currency?: string
  readonly timezone?: string
}

export const addInit: AddCommand = (program, context) => {
  const command = program
    .command('init')
    .description('make an empty store')
    .option('--name <name>', 'the store’s name, shown on pages')
    .option('--currency <code>', 'ISO 4217 code, where a source names none')
    .option('--timezone <zone>', 'IANA zone that a day of this store means')
  examples(command, ['init', 'init --store data/shop --name "My shop" --currency CNY --timezone Asia/Shanghai'])
  command.action(async () => {
    const options = optionsOf<InitOptions>(command)
    const directory = await initialise(context, options)
    const line = (words: string) => commandLine(context, options, words)
    answer(context, options, { store: directory }, () =>
      [
        `Made a store at ${directory}. What comes next:`,
        `  ${context.program} import --list     shows the formats it reads`,
        `  ${line('import IMPORTER PATH')}`,
        `  ${line('train')}`,
        `  ${line('serve')}`,
      ].join('\n'),
    )
  })
}

/**
 * Makes the store that the options name.
 * @throws CodedError STORE_EXISTS, CONFIGURATION_INVALID
 */
export async function initialise(context: Context, options: InitOptions & GlobalOptions): Promise<string> {
  const directory = storeDirectory(context, options)
  const named = {
    ...(options.name === undefined ? {} : { 'store.name': options.name }),
    ...(options.currency === undefined ? {} : { 'store.currency': options.currency }),
    ...(options.timezone === undefined ? {} : { 'store.timezone': zone(options.timezone) }),
  }
  const { values } = await effectiveConfiguration(context, {
    ...options,
    set: [...(options.set ?? []), ...Object.entries(named).map(([setting, value]) => `${setting}=${value}`)],
  })
  await makeStore({
    directory,
    settings: named,
    masterKey: values['store.masterKey'],
    clock: context.clock,
    randomBytes: context.randomBytes,
  })
  return directory
}

function zone(name: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return name
  } catch {
    throw new CodedError('CONFIGURATION_INVALID', {
      setting: 'store.timezone',
      problem: `there is no time zone ${name}`,
      source: 'the flags',
    })
  }
}
