import type { SearchShare } from './fit-weights.ts'

/** What a thread says when there is no share left to take. */
export const ENDED = 'ended'

/** The number of a share that nobody else has; −1 when there is none left. */
export function take(next: Int32Array, shares: readonly SearchShare[]): number {
  const share = Atomics.add(next, 0, 1)
  return share < shares.length ? share : -1
}
