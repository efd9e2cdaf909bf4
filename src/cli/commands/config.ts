import { describeSetting, environmentName, isSecret, maskedValue, SETTINGS } from '../../contracts/configuration.ts'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { effectiveConfiguration } from '../connect.ts'
import { answer, storeDirectory } from '../context.ts'
import { table } from '../output/table.ts'

export const addConfig: AddCommand = (program, context) => {
  const command = program
    .command('config')
    .description('show every setting: its value, where it comes from, what it means')
  examples(command, ['config', 'config --store data/shop --set server.port=8080', 'config --json'])
  command.action(async () => {
    const options = optionsOf<object>(command)
    const { values, sources } = await effectiveConfiguration(context, options)
    const settings = SETTINGS.map((name) => ({
      name,
      value: maskedValue(name, values[name]),
      source: sources[name],
      environment: environmentName(name),
      secret: isSecret(name),
      meaning: describeSetting(name).meaning,
    }))
    answer(context, options, { store: storeDirectory(context, options), settings }, () =>
      [
        table(
          [{ title: 'setting' }, { title: 'value' }, { title: 'from' }, { title: 'meaning' }],
          settings.map(({ name, value, source, meaning }) => [
            name,
            value === '' ? '–' : String(value),
            source,
            meaning,
          ]),
        ),
        '',
        `Change one in ${storeDirectory(context, options)}/storemind.json, in the environment (${environmentName('server.port')}=8080),`,
        'or for one command with --set server.port=8080.',
      ].join('\n'),
    )
  })
}
