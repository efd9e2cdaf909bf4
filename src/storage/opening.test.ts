import { mkdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openForTest, optionsFor, testFolder, testStore } from '../../test/storage/options.ts'
import { profileRow } from '../../testkit/stores/sample-events.ts'
import { layoutOf } from './layout.ts'
import { createStore, openReader, openStore } from './store.ts'

const KEY = Buffer.alloc(32, 5).toString('base64')

test('a store is made once, in a folder that may hold its configuration', async () => {
  const options = optionsFor(join(testFolder(), 'deep', 'store'))
  mkdirSync(options.directory, { recursive: true })
  writeFileSync(layoutOf(options.directory).configuration, '{}')
  await createStore(options)
  await expect(createStore(options)).rejects.toMatchObject({ code: 'STORE_EXISTS' })
  expect(statSync(layoutOf(options.directory).masterKey).mode & 0o777).toBe(0o600)
})

test('what an interrupted attempt left does not stand in the way', async () => {
  const options = optionsFor(testFolder())
  const layout = layoutOf(options.directory)
  mkdirSync(layout.keys)
  writeFileSync(`${layout.database}.partial`, 'half')
  writeFileSync(layout.keyDatabase, 'half')
  await createStore(options)
  await profileRow(await openForTest(options), 'u')
})

test('a folder without a store is not opened', async () => {
  const path = testFolder()
  await expect(openStore(optionsFor(path))).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' })
  await expect(openReader(path)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' })
})

test('a store that was closed has its keys in their file, and nothing in a log', async () => {
  const options = optionsFor(testFolder())
  await createStore(options)
  const store = await openForTest(options)
  await profileRow(store, 'u')
  await store.close()
  expect(statSync(`${layoutOf(options.directory).keyDatabase}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
})

test('missing, foreign and wrong keys are refused', async () => {
  const folder = testFolder()
  const [one, two] = [optionsFor(join(folder, 'one')), optionsFor(join(folder, 'two'))]
  await createStore(one)
  await createStore(two)
  renameSync(layoutOf(one.directory).keys, join(folder, 'aside'))
  await expect(openStore(one)).rejects.toMatchObject({ code: 'KEYS_MISSING' })
  renameSync(layoutOf(two.directory).keys, layoutOf(one.directory).keys)
  await expect(openStore(one)).rejects.toMatchObject({ code: 'KEYS_MISSING' })
  rmSync(layoutOf(one.directory).keys, { recursive: true })
  renameSync(join(folder, 'aside'), layoutOf(one.directory).keys)
  await expect(openStore({ ...one, masterKey: KEY })).rejects.toMatchObject({ code: 'KEYS_MISSING' })
  await (await openStore(one)).close()
})

test('a master key from outside leaves no key file, and must have the right length', async () => {
  const options = { ...optionsFor(join(testFolder(), 'store')), masterKey: KEY }
  await createStore(options)
  expect(statSync(layoutOf(options.directory).masterKey, { throwIfNoEntry: false })).toBeUndefined()
  await (await openStore(options)).close()
  await expect(openStore({ ...options, masterKey: 'short' })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  await expect(openStore({ ...options, masterKey: '' })).rejects.toMatchObject({ code: 'KEYS_MISSING' })
})

test.each([
  ['garbage', (path: string) => writeFileSync(path, Buffer.alloc(9000, 'garbage'))],
  ['nothing', (path: string) => truncateSync(path, 0)],
  ['half of its pages', (path: string) => truncateSync(path, 4096 * 3)],
])('a database file that holds %s is damaged', async (_name, damage) => {
  const { store, options } = await testStore()
  await profileRow(store, 'u')
  await store.close()
  damage(layoutOf(options.directory).database)
  const open = async () => {
    const opened = await openStore(options)
    try {
      await profileRow(opened, 'v')
      expect(await opened.maintenance.integrity()).toEqual([])
    } finally {
      await opened.close()
    }
  }
  await expect(open()).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
})

test('a database of another program is damaged, a newer schema is refused', async () => {
  const { store, options } = await testStore()
  await store.close()
  const { database } = layoutOf(options.directory)
  const newer = new DatabaseSync(database)
  newer.exec("INSERT INTO schema_migrations VALUES (99, 'from tomorrow', 0)")
  newer.close()
  await expect(openStore(options)).rejects.toMatchObject({ code: 'STORE_NEWER', details: { found: 99 } })
  rmSync(database)
  const foreign = new DatabaseSync(database)
  foreign.exec('CREATE TABLE t (x)')
  foreign.close()
  await expect(openStore(options)).rejects.toMatchObject({ code: 'STORE_DAMAGED' })
})
