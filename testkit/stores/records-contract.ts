import { describe, expect, test } from 'vitest'
import type { ModelCard } from '../../src/contracts/model-version.ts'
import type { Placement } from '../../src/contracts/placement.ts'
import type { DecisionWrite } from '../../src/core/ports.ts'
import { collect, decisionId, NOON, profileRow } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

const uuid = (n: number) => `018bcfe5-6800-7000-8000-${String(n).padStart(12, '0')}`

const CARD: ModelCard = {
  capability: 'recommendations',
  trainedAt: NOON,
  seed: 42,
  window: { from: 0, to: NOON },
  data: { interactions: 1, profiles: 1, products: 1, withheldForConsent: 0, withheldAsBots: 0 },
  sources: [],
  validation: {
    trainFrom: 0,
    splitAt: 1,
    until: 2,
    profiles: 1,
    products: 1,
    placement: 'home',
    rows: [],
    notes: [],
    seconds: 1,
    seed: 42,
  },
  limits: ['a test'],
  seconds: 1,
}

const HOME: Placement = {
  name: 'home',
  surface: 'home',
  anchor: 'none',
  size: 8,
  policy: {
    inStockOnly: true,
    hideBoughtDays: 14,
    collapseVariants: true,
    maxPerCategory: 0,
    maxPerBrand: 0,
    exploreRate: 0,
    explorePool: 50,
  },
}

export function recordsContract(it: CurrentStore): void {
  const model = (version: number, status: 'candidate' | 'rejected' = 'candidate') => ({
    version,
    capability: 'recommendations',
    metric: 'ndcgAt10',
    value: 0.1,
    bytes: 10,
    card: CARD,
    status,
    files: { 'model.safetensors': 'ab' },
  })

  describe('models', () => {
    test('version numbers are never given twice, and a version comes back with its card and files', async () => {
      const store = it.store()
      expect([await store.models.reserveVersion(), await store.models.reserveVersion()]).toEqual([1, 2])
      const added = await store.models.add(model(2))
      expect(added).toMatchObject({ version: 2, status: 'candidate', metric: 'ndcgAt10', value: 0.1, card: CARD })
      const unmeasured = await store.models.add({ ...model(1), value: null })
      expect([unmeasured.value, (await store.models.get(1))?.value]).toEqual([null, null])
      expect(await store.models.files(2)).toEqual({ 'model.safetensors': 'ab' })
      expect(await store.models.get(9)).toBeUndefined()
      expect(await (await it.reopen()).models.reserveVersion()).toBe(3)
    })

    test('one version serves; rolling back goes step by step to the first', async () => {
      const store = it.store()
      for (const version of [1, 2, 3]) await store.models.add(model(version))
      expect(await store.models.rollBack('recommendations', NOON)).toBeUndefined()
      for (const version of [1, 2, 3]) await store.models.promote(version, NOON + version)
      expect((await store.models.list('recommendations')).map(({ status }) => status)).toEqual([
        'serving',
        'retired',
        'retired',
      ])
      expect(await store.models.promote(3, NOON + 9)).toMatchObject({ version: 3, promotedAt: NOON + 3 })
      expect(await store.models.rollBack('recommendations', NOON + 10)).toMatchObject({ version: 2, status: 'serving' })
      expect(await store.models.rollBack('recommendations', NOON + 11)).toMatchObject({ version: 1 })
      expect(await store.models.rollBack('recommendations', NOON + 12)).toBeUndefined()
      expect(await store.models.serving('recommendations')).toMatchObject({ version: 1 })
      expect(await store.models.serving('ads')).toBeUndefined()
      await expect(store.models.promote(77, NOON)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
    })
  })

  describe('old model versions', () => {
    const kept = async (): Promise<number[]> => (await it.store().models.list()).map(({ version }) => version)
    const forget = (keep: number, inUse?: number) =>
      it.store().models.forget({ capability: 'recommendations', keep, inUse })

    test('are forgotten, save what serves, what a roll-back leads to, what is in use and the newest', async () => {
      const { models } = it.store()
      for (const version of [1, 2, 3, 4, 5]) await models.add(model(version))
      await models.add({ ...model(9), capability: 'ads' })
      for (const version of [6, 7, 8]) await models.add(model(version, 'rejected'))
      for (const version of [1, 3, 4]) await models.promote(version, NOON + version)
      expect(await forget(20)).toEqual([])
      expect(await forget(2, 5)).toEqual([1, 2, 6])
      expect(await kept()).toEqual([9, 8, 7, 5, 4, 3])
      expect(await forget(2)).toEqual([5])
      await expect(models.files(5)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
      expect(await models.serving('recommendations')).toMatchObject({ version: 4 })
    })

    test('are no place to roll back to, and numbers are not given again', async () => {
      const { models } = it.store()
      for (const version of [1, 2, 3]) {
        await models.add(model(await models.reserveVersion()))
        await models.promote(version, NOON + version)
      }
      expect(await forget(1)).toEqual([1])
      expect(await models.rollBack('recommendations', NOON + 4)).toMatchObject({ version: 2, status: 'serving' })
      expect(await models.rollBack('recommendations', NOON + 5)).toBeUndefined()
      expect(await models.serving('recommendations')).toMatchObject({ version: 2 })
      await models.promote(3, NOON + 6)
      expect(await models.rollBack('recommendations', NOON + 7)).toMatchObject({ version: 2 })
      expect(await (await it.reopen()).models.reserveVersion()).toBe(4)
    })
  })

  describe('decisions', () => {
    test('come back by id and by shopper', async () => {
      const store = it.store()
      const profile = await profileRow(store, 'u')
      const decisions: DecisionWrite[] = Array.from({ length: 5 }, (_, i) => ({
        id: decisionId(i, NOON + i),
        at: NOON + i,
        ...(i < 3 ? { profile } : {}),
        placement: 'home',
        record: Uint8Array.of(i, 255),
      }))
      await store.decisions.append(decisions)
      expect(await store.decisions.get(decisionId(4, NOON + 4))).toEqual(decisions[4])
      expect(await store.decisions.get(decisionId(9))).toBeUndefined()
      expect(await store.decisions.get('nonsense')).toBeUndefined()
      expect(await collect(store.decisions.ofProfile(profile))).toEqual(decisions.slice(0, 3))
      expect(await store.decisions.count()).toBe(5)
    })
  })

  describe('placements', () => {
    test('are added and changed by name', async () => {
      const store = it.store()
      await store.placements.put(HOME)
      await store.placements.put({ ...HOME, size: 4 })
      expect(await store.placements.all()).toEqual([{ ...HOME, size: 4 }])
    })
  })

  describe('jobs', () => {
    test('go from waiting to their end, and what a dead process left becomes interrupted', async () => {
      const store = it.store()
      const job = await store.jobs.create('train', { seed: 1 }, NOON)
      const left = await store.jobs.create('import', {}, NOON + 1)
      expect(job).toMatchObject({ status: 'queued', params: { seed: 1 } })
      await store.jobs.start(job.id, NOON + 2)
      const progress = { phase: 'reading', done: 3, total: 9, unit: 'lines' }
      await store.jobs.progress(job.id, progress)
      expect(await store.jobs.get(job.id)).toMatchObject({ status: 'running', startedAt: NOON + 2, progress })
      const error = { code: 'X', what: 'a', why: 'b', todo: 'c' }
      await store.jobs.end(job.id, NOON + 3, { status: 'failed', error })
      expect(await store.jobs.get(job.id)).toMatchObject({ status: 'failed', endedAt: NOON + 3, error, progress })
      expect(await store.jobs.interruptAbandoned(NOON + 4)).toBe(1)
      expect((await store.jobs.list(5)).map(({ id, status }) => [id, status])).toEqual([
        [left.id, 'interrupted'],
        [job.id, 'failed'],
      ])
      await expect(store.jobs.start('nothing', NOON)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    })
  })

  describe('imports', () => {
    test('keep counts, problems by page, and the files that are finished', async () => {
      const store = it.store()
      const id = await store.imports.begin({ importer: 'csv', path: '/x.csv', basis: 'contract', startedAt: NOON })
      const problem = (line: number) => ({ file: 'x.csv', line, code: 'ROW_COLUMNS', message: `row ${line}` })
      await store.imports.problems(id, [problem(1), problem(2)])
      await store.imports.problems(id, [problem(3)])
      const counts = { rows: 9, products: 1, productsUnchanged: 0, events: 5, eventsKnown: 0, problems: 3 }
      const end = { counts, problemsByCode: { ROW_COLUMNS: 3 }, endedAt: NOON + 2000, complete: true }
      await store.imports.update(id, end)
      const [report] = await store.imports.list()
      expect(report).toMatchObject({ id, counts, complete: true, seconds: 2, problems: [1, 2, 3].map(problem) })
      const first = await store.imports.listProblems(id, 2, 0)
      expect(first?.problems).toEqual([problem(1), problem(2)])
      const rest = await store.imports.listProblems(id, 2, first?.next ?? 0)
      expect(rest).toEqual({ problems: [problem(3)], next: null })
      expect(await store.imports.listProblems('nothing', 2, 0)).toBeUndefined()
      expect(await store.imports.finishedFile('csv', 'f')).toBe(false)
      await store.imports.finishFile('csv', 'f')
      await store.imports.finishFile('csv', 'f')
      expect(await store.imports.finishedFile('csv', 'f')).toBe(true)
      expect(await store.imports.finishedFile('other', 'f')).toBe(false)
    })
  })

  describe('keys of the API', () => {
    test('are found by their hash until they are removed, and remember their last use', async () => {
      const store = it.store()
      const hash = new Uint8Array(32).fill(7)
      const origins = ['https://a.example', 'http://b.example:8080']
      const key = { id: uuid(1), name: 'site', scopes: ['read' as const, 'write' as const], origins, createdAt: NOON }
      await store.keys.add(key, hash)
      expect(await store.keys.list()).toEqual([key])
      expect(await store.keys.byHash(hash)).toEqual({ id: key.id, scopes: ['read', 'write'], origins })
      await store.keys.used(key.id, NOON + 5)
      expect(await store.keys.byHash(new Uint8Array(32))).toBeUndefined()
      const reopened = await it.reopen()
      expect(await reopened.keys.list()).toEqual([{ ...key, lastUsedAt: NOON + 5 }])
      expect(await reopened.keys.remove(key.id)).toBe(true)
      expect(await reopened.keys.remove(key.id)).toBe(false)
      expect(await reopened.keys.byHash(hash)).toBeUndefined()
    })
  })
}
