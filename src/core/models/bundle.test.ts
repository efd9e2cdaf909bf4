import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Model } from '@storemind/ml'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBundle, removeStrays, writeBundle } from './bundle.ts'

const MODELS = new Map<string, Model>([
  ['popularity', { kind: 'popularity', params: { halfLifeDays: 30 }, arrays: { score: Float32Array.of(1, 2, 3) } }],
  [
    'item-neighbours',
    { kind: 'neighbours', params: {}, arrays: { ids: Int32Array.of(5, 6), at: Float64Array.of(0.5) } },
  ],
])

describe('a model bundle', () => {
  let home: string
  let folder: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'bundle-'))
    folder = join(home, 'models', '1')
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  it('comes back as it was, in memory that threads share', async () => {
    const { files, bytes } = await writeBundle(folder, MODELS)
    const read = await readBundle(folder, files)
    expect([...read.keys()]).toEqual(['popularity', 'item-neighbours'])
    for (const [name, model] of MODELS) {
      const found = read.get(name)
      expect(found?.kind).toBe(model.kind)
      expect(found?.params).toEqual(model.params)
      for (const [array, values] of Object.entries(model.arrays)) {
        expect(found?.arrays[array]).toEqual(values)
        expect(found?.arrays[array]?.buffer).toBeInstanceOf(SharedArrayBuffer)
      }
    }
    const sizes = await Promise.all(Object.keys(files).map(async (file) => (await readFile(join(folder, file))).length))
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes)
  })

  it('is broken when a byte was changed, a file was cut short, or one is gone', async () => {
    const { files } = await writeBundle(folder, MODELS)
    const path = join(folder, 'popularity.safetensors')
    const content = await readFile(path)
    const refused = { code: 'MODEL_BROKEN', details: { file: path } }
    for (const at of [0, 8, content.length - 1]) {
      const changed = Uint8Array.from(content)
      changed[at] = (changed[at] ?? 0) ^ 1
      await writeFile(path, changed)
      await expect(readBundle(folder, files)).rejects.toMatchObject(refused)
    }
    await truncate(path, content.length - 4)
    await expect(readBundle(folder, files)).rejects.toMatchObject(refused)
    await rm(path)
    await expect(readBundle(folder, files)).rejects.toMatchObject(refused)
  })

  it('replaces what an interrupted run left in its place', async () => {
    await writeBundle(folder, new Map([...MODELS].slice(0, 1)))
    await writeBundle(`${folder}.draft`, MODELS)
    const { files } = await writeBundle(folder, MODELS)
    expect((await readBundle(folder, files)).size).toBe(2)
    expect(await readdir(join(home, 'models'))).toEqual(['1'])
  })

  it('leaves nothing behind when it cannot be written', async () => {
    const named = new Map([...MODELS, ['../outside', { kind: 'x', params: {}, arrays: {} }]])
    await expect(writeBundle(folder, named)).rejects.toThrow(RangeError)
    expect(await readdir(join(home, 'models'))).toEqual([])
  })

  it('is removed when a killed run left it: as a draft, or registered nowhere', async () => {
    const parent = join(home, 'models')
    for (const name of ['1', '2', '3', '4.draft', '1.draft']) await writeBundle(join(parent, name), MODELS)
    for (const name of ['1.draft', '2.kept', 'notes', '3.draft.old'])
      await mkdir(join(parent, name), { recursive: true })
    expect((await removeStrays(parent, new Set([1, 3]))).sort()).toEqual(['1.draft', '2', '4.draft'])
    expect((await readdir(parent)).sort()).toEqual(['1', '2.kept', '3', '3.draft.old', 'notes'])
    expect(await removeStrays(join(home, 'nowhere'), new Set())).toEqual([])
  })
})
