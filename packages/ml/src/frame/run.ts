import { MlError } from './errors.ts'
import type { FitRun } from './model.ts'

/** @throws MlError `cancelled` when the run's signal has fired. */
export function checkCancelled(run: Pick<FitRun, 'signal'>): void {
  if (run.signal?.aborted) throw new MlError('cancelled', 'its signal fired')
}

/** As many as the kernels can be divided among. */
const MOST_THREADS = 64

/** @throws MlError `bad_parameter` unless the run's threads are a number of them, 1 to 64. */
export function checkThreads({ threads }: Pick<FitRun, 'threads'>): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return
  throw new MlError('bad_parameter', `${threads} threads; 1 to ${MOST_THREADS} can be asked for`)
}

/** @throws MlError `too_large` when the task takes more memory than the run may. */
export function checkMemory(task: string, bytes: number, { memory }: Pick<FitRun, 'memory'>): void {
  if (memory === undefined || bytes <= memory) return
  const [needed, allowed] = [bytes, memory].map((n) => Math.ceil(n / 1e6))
  throw new MlError('too_large', `${task} takes up to ${needed} MB to learn, and ${allowed} MB may be taken`)
}

/**
 * Reports progress, lets the event loop turn so that a cancellation can arrive, and throws if one has. Trainers call
 * it between blocks of some tens of milliseconds of work.
 *
 * @param fraction of the whole run that is done, 0 to 1
 * @throws MlError `cancelled`
 */
export async function pause(run: Pick<FitRun, 'signal' | 'onEpoch'>, fraction: number, loss?: number): Promise<void> {
  checkCancelled(run)
  run.onEpoch?.(loss === undefined ? { fraction } : { fraction, loss })
  await turn()
  checkCancelled(run)
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    // setImmediate does not pay the timer's millisecond; browsers have only the timer.
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve, 0)
  })
}
