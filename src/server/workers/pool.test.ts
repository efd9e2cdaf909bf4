import { expect, test } from 'vitest'
import type { JobProgress } from '../../contracts/job.ts'
import { createWorkers } from './pool.ts'
import { transferablesOf } from './transferables.ts'

/** A worker whose whole program is this text. */
function workersRunning(program: string) {
  const entry = new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads'\n${program}`)}`,
  )
  return createWorkers({ directory: '/nowhere', masterKey: '', entry })
}

function jobRun(signal = new AbortController().signal) {
  const heard: JobProgress[] = []
  return { run: { signal, clock: () => 0, progress: (progress: JobProgress) => heard.push(progress) }, heard }
}

test('a task’s progress and result come back, shared arrays as they are', async () => {
  const workers = workersRunning(`
    const progress = { phase: 'half', done: 1, total: 2, unit: 'steps' }
    parentPort.postMessage({ kind: 'progress', progress })
    const shared = new Float32Array(new SharedArrayBuffer(8))
    shared[1] = 0.5
    parentPort.postMessage({ kind: 'result', result: { task: workerData.task, params: workerData.params, shared } })`)
  const { run, heard } = jobRun()
  const result = await workers.run<{ task: string; params: unknown; shared: Float32Array }>('learn', { seed: 1 }, run)
  expect([result.task, result.params, [...result.shared]]).toEqual(['learn', { seed: 1 }, [0, 0.5]])
  expect(result.shared.buffer).toBeInstanceOf(SharedArrayBuffer)
  expect(heard).toEqual([{ phase: 'half', done: 1, total: 2, unit: 'steps' }])
})

test('a refusal keeps its code and details', async () => {
  const workers = workersRunning(`
    const details = { task: 'train', problem: 'no orders' }
    parentPort.postMessage({ kind: 'refusal', code: 'TOO_LITTLE_DATA', details })`)
  await expect(workers.run('train', {}, jobRun().run)).rejects.toMatchObject({
    code: 'TOO_LITTLE_DATA',
    details: { problem: 'no orders' },
  })
})

test.each([
  ['process.exit(7)', 'it ended with code 7 before it answered'],
  ['throw new RangeError("secret words")', 'RangeError'],
  ['setTimeout(() => { throw new TypeError("x") })', 'TypeError'],
  ['parentPort.postMessage({ kind: "fault", problem: "TypeError at a.ts:1" })', 'TypeError at a.ts:1'],
  ['parentPort.close()', 'it ended with code 0 before it answered'],
])('a worker that dies by %s leaves an error with its cause', async (program, problem) => {
  await expect(workersRunning(program).run('train', {}, jobRun().run)).rejects.toMatchObject({
    code: 'WORKER_DIED',
    details: { kind: 'train', problem },
  })
})

test('a cancelled task hears of it, and one that is cancelled before does not start', async () => {
  const workers = workersRunning(`
    parentPort.on('message', (message) => {
      if (message === 'cancel') parentPort.postMessage({ kind: 'refusal', code: 'JOB_CANCELLED', details: { kind: 'train' } })
    })
    parentPort.postMessage({ kind: 'progress', progress: { phase: 'on', done: 0, total: 0, unit: '' } })`)
  const controller = new AbortController()
  const { run } = jobRun(controller.signal)
  const running = workers.run('train', {}, { ...run, progress: () => controller.abort() })
  await expect(running).rejects.toMatchObject({ code: 'JOB_CANCELLED' })
  await expect(workers.run('train', {}, run)).rejects.toThrow()
})

test('buffers are handed over once, shared ones not at all', () => {
  const buffer = new ArrayBuffer(8)
  const result = {
    models: new Map([['a', { one: new Int32Array(buffer), two: new Float32Array(buffer, 4) }]]),
    shared: new Uint8Array(new SharedArrayBuffer(2)),
    text: 'words',
    nothing: null,
  }
  expect(transferablesOf(result)).toEqual([buffer])
})
