import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { openForTest, testStore } from '../../../test/storage/options.ts'
import { appendAll, collect, NOON, purchase } from '../../../testkit/stores/sample-events.ts'
import type { Store } from '../../core/ports.ts'
import { layoutOf } from '../layout.ts'
import { acquireLock } from '../lock.ts'
import { openStore, restoreStore, type StoreOptions } from '../store.ts'

async function backedUp(): Promise<{ store: Store; options: StoreOptions; to: string; keysTo: string; base: string }> {
  const { store, options } = await testStore()
  await appendAll(store, 'k', [purchase('u', ['mug'], NOON, 'o1'), purchase('v', ['plate'])])
  const { models, configuration } = layoutOf(options.directory)
  mkdirSync(join(models, '1'), { recursive: true })
  writeFileSync(join(models, '1', 'model.safetensors'), Buffer.alloc(100_000, 3))
  writeFileSync(configuration, '{"store.name":"Shop","store.masterKey":"hush"}')
  const base = dirname(options.directory)
  const [to, keysTo] = [join(base, 'backup'), join(base, 'backup-keys')]
  const seen: [number, number][] = []
  await store.maintenance.backUp(to, keysTo, (done, total) => seen.push([done, total]))
  expect(seen.at(-1)?.[0]).toBeGreaterThan(100_000)
  expect(seen.every(([done, total], i) => done <= total && done >= (seen[i - 1]?.[0] ?? 0))).toBe(true)
  return { store, options, to, keysTo, base }
}

test('a backup is restored to an equal store, with models and keys, and without secrets in between', async () => {
  const { store, options, to, keysTo, base } = await backedUp()
  await appendAll(store, 'later', [purchase('u', ['mug'])])
  expect(readFileSync(join(to, 'storemind.json'), 'utf8')).not.toContain('hush')
  expect(readdirSync(to)).not.toContain('keys')
  const directory = join(base, 'restored')
  await restoreStore({ from: to, keysFrom: keysTo, to: directory })
  const restored = await openForTest({ ...options, directory })
  expect(await restored.events.count()).toBe(2)
  const row = (await restored.profiles.find('u'))?.row ?? -1
  expect((await collect(restored.events.ofProfile(row))).map(({ event }) => event)).toEqual([
    purchase('u', ['mug'], NOON, 'o1'),
  ])
  expect(readFileSync(join(directory, 'models', '1', 'model.safetensors'))).toEqual(Buffer.alloc(100_000, 3))
  expect(await restored.maintenance.integrity()).toEqual([])
})

test('a model version that is forgotten while a backup copies goes missing from it, and spoils nothing', async () => {
  const { store, options, keysTo, base } = await backedUp()
  const { models } = layoutOf(options.directory)
  for (const version of ['2', '3']) {
    mkdirSync(join(models, version))
    writeFileSync(join(models, version, 'model.safetensors'), Buffer.alloc(100_000, 4))
  }
  const to = join(base, 'backup-2')
  await store.maintenance.backUp(to, undefined, () => rmSync(join(models, '2'), { recursive: true, force: true }))
  expect(readdirSync(join(to, 'models'), { recursive: true }).toSorted()).toEqual(
    expect.arrayContaining(['1', '1/model.safetensors', '3', '3/model.safetensors']),
  )
  expect(existsSync(join(to, 'models', '2', 'model.safetensors'))).toBe(false)
  await restoreStore({ from: to, keysFrom: keysTo, to: join(base, 'restored-2') })
  expect(readdirSync(join(base, 'restored-2', 'models'))).not.toContain('2')
})

test('a backup that was changed in any file is refused before anything is touched', async () => {
  const { store, options, to, keysTo } = await backedUp()
  await store.close()
  const force = { from: to, keysFrom: keysTo, to: options.directory, force: true }
  const check = async (change: () => void, undo: () => void) => {
    change()
    await expect(restoreStore(force)).rejects.toMatchObject({ code: 'BACKUP_INVALID' })
    undo()
  }
  for (const name of ['store.db', 'models/1/model.safetensors', 'manifest.json']) {
    const path = join(to, name)
    const bytes = readFileSync(path)
    const changed = Buffer.from(bytes)
    changed[100] = (changed[100] ?? 0) ^ 1
    await check(
      () => writeFileSync(path, name === 'manifest.json' ? bytes.subarray(0, 50) : changed),
      () => writeFileSync(path, bytes),
    )
    await check(
      () => rmSync(path),
      () => writeFileSync(path, bytes),
    )
  }
  const manifest = readFileSync(join(to, 'manifest.json'), 'utf8')
  await check(
    () => writeFileSync(join(to, 'manifest.json'), manifest.replace('"store.db"', '"../store.db"')),
    () => writeFileSync(join(to, 'manifest.json'), manifest),
  )
  const untouched = await openForTest(options)
  expect(await untouched.events.count()).toBe(2)
})

test('restoring refuses a store in its place, a store in use, and keys of another store', async () => {
  const { store, options, to, keysTo } = await backedUp()
  const target = { from: to, keysFrom: keysTo, to: options.directory }
  await expect(restoreStore(target)).rejects.toMatchObject({ code: 'STORE_EXISTS' })
  const lock = acquireLock(options.directory, { pid: 1, startedAt: 1 })
  await expect(restoreStore({ ...target, force: true })).rejects.toMatchObject({ code: 'STORE_LOCKED' })
  lock.release()
  await store.close()
  const other = await backedUp()
  await expect(restoreStore({ ...target, force: true, keysFrom: other.keysTo })).rejects.toMatchObject({
    code: 'KEYS_MISSING',
  })
  const elsewhere = join(dirname(to), 'new')
  await expect(restoreStore({ from: to, keysFrom: undefined, to: elsewhere })).rejects.toMatchObject({
    code: 'KEYS_MISSING',
    details: { path: elsewhere },
  })
  await expect(restoreStore({ ...target, force: true, from: `${to}-none` })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  })
  await restoreStore({ from: to, to: options.directory, force: true })
  await (await openStore(options)).close()
})

test('a backup can be stopped and leaves nothing behind; a folder in its place is kept', async () => {
  const { store, to, base } = await backedUp()
  const stop = new AbortController()
  const target = join(base, 'stopped')
  const stopped = store.maintenance.backUp(target, undefined, () => stop.abort(), stop.signal)
  await expect(stopped).rejects.toMatchObject({ code: 'JOB_CANCELLED' })
  expect(readdirSync(base).filter((name) => name.includes('stopped'))).toEqual([])
  await expect(store.maintenance.backUp(to, undefined, () => undefined)).rejects.toMatchObject({
    code: 'BACKUP_FOLDER_TAKEN',
  })
})
