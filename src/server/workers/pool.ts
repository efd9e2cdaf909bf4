import { Worker } from 'node:worker_threads'
import { CodedError } from '../../contracts/errors.ts'
import type { JobRun, Workers } from '../../core/ports.ts'
import { CANCEL, type WorkerMessage, type WorkerTask } from './messages.ts'

export interface WorkersOptions {
  readonly directory: string
  readonly masterKey: string
  /** Another entry, for tests of what happens when a worker dies. */
  readonly entry?: URL
}

const ENTRY = new URL('./entry.ts', import.meta.url)

/** Runs each task in a worker thread of its own: a fault or a full memory there leaves the server standing. */
export function createWorkers({ directory, masterKey, entry = ENTRY }: WorkersOptions): Workers {
  return {
    async run<Result>(task: string, params: unknown, run: JobRun): Promise<Result> {
      run.signal.throwIfAborted()
      const workerData: WorkerTask = { task, params, directory, masterKey }
      const worker = new Worker(entry, { workerData, name: task })
      const cancel = () => worker.postMessage(CANCEL)
      run.signal.addEventListener('abort', cancel)
      try {
        // The task table says what each task returns; here thread meets thread.
        return (await outcome(worker, task, run)) as Result
      } finally {
        run.signal.removeEventListener('abort', cancel)
        await worker.terminate()
      }
    },
  }
}

function outcome(worker: Worker, task: string, run: JobRun): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = (problem: string, cause?: unknown) =>
      reject(new CodedError('WORKER_DIED', { kind: task, problem }, { cause }))
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'progress':
          return run.progress(message.progress)
        case 'result':
          return resolve(message.result)
        case 'refusal':
          return reject(new CodedError(message.code, message.details))
        case 'fault':
          return died(message.problem)
      }
    })
    worker.on('messageerror', (error) => died('its answer could not be read', error))
    worker.on('error', (error) => died(problemOf(error), error))
    // Comes last: where an answer or an error came before, this changes nothing.
    worker.on('exit', (code) => died(`it ended with code ${code} before it answered`))
  })
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it threw something that is not an error'
  return 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : error.name
}
