import { randomFillSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import type { JobRun, Store } from '../../core/ports.ts'
import { createStore, openStore } from '../../storage/store.ts'
import { createLogger } from '../logging.ts'
import { createJobRunner } from './runner.ts'

const directory = mkdtempSync(join(tmpdir(), 'storemind-jobs-'))
let now = 1_000_000
const clock = () => now
const randomBytes = (bytes: Uint8Array) => {
  randomFillSync(bytes)
}
let store: Store
beforeAll(async () => {
  await createStore({ directory, clock, randomBytes })
  store = await openStore({ directory, clock, randomBytes })
})
afterAll(async () => {
  await store.close()
  rmSync(directory, { recursive: true })
})

function open() {
  return createJobRunner({ jobs: store.jobs, clock, logger: createLogger({ level: 'silent' }) })
}

/** Work that goes on until it is told to end. */
function waiting() {
  let finish: (result: unknown) => void = () => {}
  let given: JobRun | undefined
  const work = (run: JobRun) => {
    given = run
    return new Promise<unknown>((resolve, reject) => {
      finish = resolve
      run.signal.addEventListener('abort', () => reject(run.signal.reason))
    })
  }
  return { work, finish: (result: unknown) => finish(result), run: () => given }
}

test('a job is a row from start to end, with its result', async () => {
  const runner = open()
  const { work, finish, run } = waiting()
  const started = await runner.start('train', { seed: 7 }, work)
  expect(started).toMatchObject({ kind: 'train', status: 'running', params: { seed: 7 } })
  run()?.progress({ phase: 'half', done: 1, total: 2, unit: 'steps' })
  run()?.progress({ phase: 'half', done: 1.5, total: 2, unit: 'steps' })
  expect((await runner.get(started.id)).progress).toMatchObject({ done: 1.5 })
  now += 500
  finish({ version: 3 })
  await runner.ended(started.id)
  expect(await store.jobs.get(started.id)).toMatchObject({
    status: 'succeeded',
    endedAt: now,
    result: { version: 3 },
    progress: { done: 1.5 },
  })
})

test('one of a kind at a time, different kinds side by side', async () => {
  const runner = open()
  const first = waiting()
  const job = await runner.start('import', {}, first.work)
  await expect(runner.start('import', {}, waiting().work)).rejects.toMatchObject({
    code: 'JOB_RUNNING',
    details: { kind: 'import', job: job.id },
  })
  const both = await Promise.allSettled([
    runner.start('backup', {}, async () => 1),
    runner.start('backup', {}, async () => 2),
  ])
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  first.finish(null)
  await runner.close()
})

test('a cancelled job ends cancelled, and closing interrupts', async () => {
  const runner = open()
  const cancelled = await runner.start('train', {}, waiting().work)
  await runner.cancel(cancelled.id)
  await runner.ended(cancelled.id)
  expect(await runner.get(cancelled.id)).toMatchObject({ status: 'cancelled', error: { code: 'JOB_CANCELLED' } })
  const interrupted = await runner.start('train', {}, waiting().work)
  await runner.close()
  expect(await store.jobs.get(interrupted.id)).toMatchObject({ status: 'interrupted' })
  await expect(runner.start('train', {}, waiting().work)).rejects.toMatchObject({ code: 'NOT_READY' })
})

test('a coded error is told as it is, any other as a reference', async () => {
  const runner = open()
  const end = async (error: Error) => {
    const { id } = await runner.start('evaluate', {}, () => Promise.reject(error))
    await runner.ended(id)
    return runner.get(id)
  }
  expect(await end(new CodedError('TOO_LITTLE_DATA', { task: 'evaluate', problem: 'x' }))).toMatchObject({
    status: 'failed',
    error: { code: 'TOO_LITTLE_DATA', what: 'There is too little data to evaluate: x.' },
  })
  const fault = await end(new TypeError('inner words'))
  expect(fault).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } })
  expect(JSON.stringify(fault)).not.toContain('inner words')
})

test('jobs of a kind since a moment, newest first', async () => {
  const at = now + 1000
  const early = await store.jobs.create('train', {}, at - 1)
  const first = await store.jobs.create('train', { seed: 1 }, at)
  await store.jobs.create('bots', {}, at)
  const second = await store.jobs.create('train', {}, at + 1)
  expect((await store.jobs.since('train', at)).map(({ id }) => id)).toEqual([second.id, first.id])
  for (const { id } of [early, first, second]) await store.jobs.end(id, at + 2, { status: 'succeeded' })
  await store.jobs.interruptAbandoned(at + 2)
})

test('what a dead process left running is interrupted at the next start', async () => {
  const left = await store.jobs.create('train', {}, clock())
  await store.jobs.start(left.id, clock())
  expect(await store.jobs.interruptAbandoned(clock())).toBe(1)
  expect(await open().get(left.id)).toMatchObject({ status: 'interrupted' })
  await expect(open().get('01936b5e-7c1a-7000-8000-0123456789ab')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
})

test('a job that is told to have ended has made room for the next', async () => {
  const runner = open()
  for (let n = 0; n < 20; n++) {
    const { id } = await runner.start('import', {}, async () => n)
    while ((await runner.get(id)).endedAt === undefined) await new Promise((resolve) => setImmediate(resolve))
  }
})

test('a job whose end cannot be written has ended all the same', async () => {
  const full = { ...store.jobs, end: () => Promise.reject(new CodedError('DISK_FULL', { path: directory })) }
  const runner = createJobRunner({ jobs: full, clock, logger: createLogger({ level: 'silent' }) })
  const failed = await runner.start('train', {}, () => Promise.reject(new CodedError('DISK_FULL', { path: directory })))
  await runner.ended(failed.id)
  expect(await runner.get(failed.id)).toMatchObject({ status: 'failed', endedAt: now, error: { code: 'DISK_FULL' } })
  const done = await runner.start('train', {}, async () => ({ version: 4 }))
  await runner.ended(done.id)
  expect(await runner.get(done.id)).toMatchObject({ status: 'succeeded', endedAt: now, result: { version: 4 } })
  await runner.close()
})
