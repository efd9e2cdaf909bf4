import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Model } from '@storemind/ml'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import type { ModelCard } from '../../contracts/model-version.ts'
import { createStore, openStore } from '../../storage/store.ts'
import type { Store } from '../ports.ts'
import { createModelRegistry, type NewVersion } from './registry.ts'

let directory: string
let store: Store
let now: number
/** One store for all tests, a capability of its own for each. */
let capability: string
let tests = 0

beforeEach(() => {
  capability = `capability-${++tests}`
})

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'registry-'))
  now = 1_700_000_000_000
  let drawn = 0
  const randomBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = drawn++ * 37
  }
  const options = { directory, clock: () => now, randomBytes }
  await createStore(options)
  store = await openStore(options)
})

afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const opened = () => createModelRegistry({ models: store.models, clock: () => ++now, capability, tolerance: 0.02 })

/** A version whose only array holds its value, on a validation where popularity reaches 0.1. */
function version(value: number): NewVersion {
  const card: ModelCard = {
    capability,
    trainedAt: 0,
    seed: 1,
    window: { from: 0, to: 1 },
    data: { interactions: 0, profiles: 0, products: 0, withheldForConsent: 0, withheldAsBots: 0 },
    sources: [],
    validation: {
      trainFrom: 0,
      splitAt: 5,
      until: 9,
      profiles: 1,
      products: 1,
      placement: 'home',
      rows: [{ name: 'popularity', role: 'baseline', metrics: { ndcgAt10: 0.1 }, intervals: {} }],
      notes: [],
      seconds: 0,
      seed: 1,
    },
    limits: [],
    seconds: 0,
  }
  const model = { kind: 'constant', params: {}, arrays: { value: Float64Array.of(value) } }
  return { models: new Map([['constant', model]]), card, metric: 'ndcgAt10', value }
}

function served(registry: ReturnType<typeof opened>): number | undefined {
  return registry.current?.models.get('constant')?.arrays['value']?.[0]
}

async function damage(of: number): Promise<void> {
  await writeFile(join(store.models.directory(of), 'constant.safetensors'), 'not a model')
}

describe('the model registry', () => {
  it('serves nothing before the first version', async () => {
    const registry = opened()
    expect(await registry.load()).toEqual({ loaded: undefined, broken: [] })
    expect(registry.current).toBeUndefined()
    await expect(registry.rollBack()).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    await expect(registry.promote(7)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })

  it('promotes what passes the gate, swaps, and says so to those who listen', async () => {
    const registry = opened()
    const heard: number[] = []
    const stop = registry.onSwap(({ version: { version: number } }) => heard.push(number))
    const first = await registry.add(version(0.2))
    expect([first.version.status, first.verdict.passed]).toEqual(['candidate', true])
    expect(served(registry)).toBeUndefined()
    expect((await registry.promote(first.version.version)).status).toBe('serving')
    expect(served(registry)).toBe(0.2)
    stop()
    const second = await registry.add(version(0.3))
    await registry.promote(second.version.version)
    expect(served(registry)).toBe(0.3)
    expect(heard).toEqual([first.version.version])
    expect((await store.models.get(first.version.version))?.status).toBe('retired')
  })

  it('keeps a worse version as rejected, and promotes it only when forced', async () => {
    const registry = opened()
    const good = await registry.add(version(0.3))
    await registry.promote(good.version.version)
    const worse = await registry.add(version(0.2))
    expect([worse.version.status, worse.verdict.refusal?.code]).toEqual(['rejected', 'MODEL_NOT_BETTER'])
    await expect(registry.promote(worse.version.version)).rejects.toMatchObject({ code: 'MODEL_NOT_BETTER' })
    expect(served(registry)).toBe(0.3)
    await registry.promote(worse.version.version, { force: true })
    expect(served(registry)).toBe(0.2)
  })

  it('asks the gate again when a candidate is promoted after another one', async () => {
    const registry = opened()
    const [early, better] = [await registry.add(version(0.2)), await registry.add(version(0.4))]
    await registry.promote(better.version.version)
    await expect(registry.promote(early.version.version)).rejects.toMatchObject({ code: 'MODEL_NOT_BETTER' })
  })

  it('rolls back step by step to the first version', async () => {
    const registry = opened()
    for (const value of [0.2, 0.3, 0.4]) await registry.promote((await registry.add(version(value))).version.version)
    await registry.rollBack()
    expect(served(registry)).toBe(0.3)
    await registry.rollBack()
    expect(served(registry)).toBe(0.2)
    expect((await store.models.serving(capability))?.value).toBe(0.2)
    await expect(registry.rollBack()).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    expect(served(registry)).toBe(0.2)
  })

  it('never puts a broken version in service', async () => {
    const registry = opened()
    const good = await registry.add(version(0.2))
    await registry.promote(good.version.version)
    const broken = await registry.add(version(0.3))
    await damage(broken.version.version)
    await expect(registry.promote(broken.version.version)).rejects.toMatchObject({ code: 'MODEL_BROKEN' })
    expect((await store.models.serving(capability))?.version).toBe(good.version.version)
    expect(served(registry)).toBe(0.2)
  })

  it('does not roll back to a broken version', async () => {
    const registry = opened()
    const [first, second] = [await registry.add(version(0.2)), await registry.add(version(0.3))]
    await registry.promote(first.version.version)
    await registry.promote(second.version.version)
    await damage(first.version.version)
    await expect(registry.rollBack()).rejects.toMatchObject({ code: 'MODEL_BROKEN' })
    expect((await store.models.serving(capability))?.version).toBe(second.version.version)
  })

  it('starts with the last sound version where the serving one is broken, and says which are', async () => {
    const before = opened()
    const versions: number[] = []
    for (const value of [0.2, 0.3, 0.4]) {
      const { version: added } = await before.add(version(value))
      versions.push((await before.promote(added.version)).version)
    }
    await damage(versions[2] ?? 0)
    const registry = opened()
    const { loaded, broken } = await registry.load()
    expect(loaded?.version.version).toBe(versions[1])
    expect(served(registry)).toBe(0.3)
    expect(broken.map(({ version: number, error }) => [number, error.code])).toEqual([[versions[2], 'MODEL_BROKEN']])
  })

  it('falls back from, and never promotes, what reads well and cannot be opened', async () => {
    const open = (models: ReadonlyMap<string, Model>): void => {
      if (models.get('constant')?.arrays['value']?.[0] === 0.4) {
        throw new CodedError('MODEL_BROKEN', { file: 'constant', problem: 'it is of another version' })
      }
    }
    const before = opened()
    for (const value of [0.3, 0.4]) await before.promote((await before.add(version(value))).version.version)
    const parts = { models: store.models, clock: () => ++now, capability, tolerance: 0.02, open }
    const registry = createModelRegistry(parts)
    const { loaded, broken } = await registry.load()
    expect([loaded?.version.value, served(registry)]).toEqual([0.3, 0.3])
    expect(broken.map(({ error }) => error.code)).toEqual(['MODEL_BROKEN'])
    const again = registry.promote(broken[0]?.version ?? 0)
    await expect(again).rejects.toMatchObject({ code: 'MODEL_BROKEN' })
    expect(served(registry)).toBe(0.3)
  })

  it('forgets old versions with their files, and a crash in between costs room until the next start', async () => {
    const before = opened()
    const versions: number[] = []
    for (const value of [0.2, 0.3, 0.4, 0.5]) {
      const { version: added } = await before.add(version(value))
      versions.push((await before.promote(added.version)).version)
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = versions
    const there = (): boolean[] => versions.map((one) => existsSync(store.models.directory(one)))
    // The rows are gone and the process is: the files are left.
    expect(await store.models.forget({ capability, keep: 3, inUse: fourth })).toEqual([first])
    expect(there()).toEqual([true, true, true, true])
    const registry = opened()
    await registry.load()
    expect(there()).toEqual([false, true, true, true])
    expect(await registry.forgetOld(1)).toEqual([second])
    expect(there()).toEqual([false, false, true, true])
    await expect(registry.read(second)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    expect((await registry.rollBack()).version).toBe(third)
    await expect(registry.rollBack()).rejects.toMatchObject({ code: 'NOTHING_TO_ROLL_BACK' })
    expect(await registry.forgetOld(1)).toEqual([])
    expect(served(registry)).toBe(0.4)
  })

  it('serves nothing rather than something broken', async () => {
    const before = opened()
    const { version: only } = await before.add(version(0.2))
    await before.promote(only.version)
    await damage(only.version)
    const registry = opened()
    const { loaded, broken } = await registry.load()
    expect([loaded, broken.length, registry.current]).toEqual([undefined, 1, undefined])
  })
})
