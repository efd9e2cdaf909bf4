import { expect, test } from 'vitest'
import { environmentName, maskedValue, resolveConfiguration, SETTINGS } from './configuration.ts'

test('flags win over the environment, the environment over the file, the file over defaults', () => {
  const file = { 'server.port': 1, 'log.level': 'warn', 'store.name': 'from file' }
  const environment = { STOREMIND_SERVER_PORT: '2', STOREMIND_LOG_LEVEL: 'debug' }
  const { values, sources } = resolveConfiguration({ file, environment, flags: { 'server.port': '3' } })
  expect(values['server.port']).toBe(3)
  expect(values['log.level']).toBe('debug')
  expect(values['store.name']).toBe('from file')
  expect(values['server.host']).toBe('127.0.0.1')
  expect([sources['server.port'], sources['log.level'], sources['store.name'], sources['server.host']]).toEqual([
    'flag',
    'environment',
    'file',
    'default',
  ])
})

test('every setting has a valid default and an environment name of its own', () => {
  const { sources } = resolveConfiguration({})
  expect(new Set(Object.values(sources))).toEqual(new Set(['default']))
  expect(new Set(SETTINGS.map(environmentName)).size).toBe(SETTINGS.length)
  expect(environmentName('store.masterKey')).toBe('STOREMIND_STORE_MASTER_KEY')
})

test('a value out of range names the setting and where it was set', () => {
  expect(() => resolveConfiguration({ environment: { STOREMIND_SERVER_PORT: '70000' } })).toThrow(/server\.port/)
  expect(() => resolveConfiguration({ file: { 'store.currency': 'GPB' } })).toThrow(/store\.currency.*did you mean GBP/)
  expect(() => resolveConfiguration({ file: { 'server.port': '80' } })).toThrow(/CONFIGURATION_INVALID/)
  expect(() => resolveConfiguration({ file: { 'server.prot': 80 } })).toThrow(/no such setting/)
  expect(() => resolveConfiguration({ file: JSON.parse('{"__proto__": 1}') })).toThrow(/no such setting/)
})

test('a time of day is one, or nothing, or the word for it', () => {
  const at = (value: unknown) =>
    resolveConfiguration({ file: { 'training.dailyAt': value } }).values['training.dailyAt']
  expect(['00:00', '23:59', '', 'never'].map(at)).toEqual(['00:00', '23:59', '', 'never'])
  for (const wrong of ['24:00', '4:00', '04:60', '04:00:00', ' 04:00', '04:00\n', 400, null]) {
    expect(() => at(wrong), JSON.stringify(wrong)).toThrow(/training\.dailyAt.*is no time of day such as 04:00/)
  }
  const environment = { STOREMIND_TRAINING_DAILY_AT: 'never' }
  expect(resolveConfiguration({ environment }).values['training.dailyAt']).toBe('never')
})

test('a secret is masked and never quoted in an error', () => {
  expect(maskedValue('store.masterKey', 'c2VjcmV0')).toBe('••••••')
  expect(maskedValue('server.port', 1)).toBe(1)
  try {
    resolveConfiguration({ file: { 'store.masterKey': 12345678 } })
    expect.unreachable()
  } catch (error) {
    expect(String(error)).not.toContain('12345678')
  }
})
