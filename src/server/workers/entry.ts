/** Where a worker thread begins: it looks its task up in the table, runs it, and answers. */
import process from 'node:process'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { CodedError } from '../../contracts/errors.ts'
import { openReader } from '../../storage/store.ts'
import { CANCEL, type WorkerMessage, type WorkerTask } from './messages.ts'
import { TASKS } from './tasks.ts'
import { transferablesOf } from './transferables.ts'

/** The server hears of progress at most so often, however busy a trainer reports. */
const PROGRESS_MILLIS = 100

if (parentPort !== null) await answer(parentPort, workerData)

async function answer(port: MessagePort, given: WorkerTask): Promise<void> {
  const controller = new AbortController()
  port.on('message', (message: unknown) => {
    if (message === CANCEL) controller.abort()
  })
  try {
    const result = await run(port, given, controller.signal)
    port.postMessage({ kind: 'result', result } satisfies WorkerMessage, transferablesOf(result))
  } catch (error) {
    port.postMessage(failure(error))
  } finally {
    port.close()
  }
}

async function run(port: MessagePort, given: WorkerTask, signal: AbortSignal): Promise<unknown> {
  const task = TASKS.get(given.task)
  if (task === undefined) throw new TypeError(`no task ${given.task}`)
  const reader = await openReader(given.directory, given.masterKey === '' ? {} : { masterKey: given.masterKey })
  let sentAt = Number.NEGATIVE_INFINITY
  let phase = ''
  try {
    return await task(reader, given.params, {
      signal,
      clock: () => Date.now(),
      progress(progress) {
        const now = performance.now()
        if (progress.phase === phase && now - sentAt < PROGRESS_MILLIS) return
        phase = progress.phase
        sentAt = now
        port.postMessage({ kind: 'progress', progress } satisfies WorkerMessage)
      },
    })
  } finally {
    await reader.close()
  }
}

function failure(error: unknown): WorkerMessage {
  if (error instanceof CodedError) return { kind: 'refusal', code: error.code, details: error.details }
  // Its words may quote data; kind and place are enough to find it.
  const place = error instanceof Error ? (error.stack ?? '').split('\n').find((line) => /^ {4}at /.test(line)) : ''
  const problem = `${error instanceof Error ? error.name : typeof error}${place ? ` ${place.trim()}` : ''}`
  if (process.env['STOREMIND_DEBUG']) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
  return { kind: 'fault', problem }
}
