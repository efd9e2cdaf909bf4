import { MlError } from './errors.ts'
import type { FitRun } from './model.ts'

/** @throws MlError `cancelled` when the run's signal has fired. */
export function checkCancelled(run: Pick<FitRun, 'signal'>): void {
  if (run.signal?.aborted) throw new MlError('cancelled', 'its signal fired')
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
