import type { ProfileRow } from '../ports.ts'
import type { ProfileState } from './profile-state.ts'

/** The states of the profiles that were seen last, so that a shopper in mid-visit is not decoded for every event. */
export class StateCache {
  readonly #states = new Map<ProfileRow, ProfileState>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(row: ProfileRow): ProfileState | undefined {
    const state = this.#states.get(row)
    if (state !== undefined) this.set(row, state)
    return state
  }

  /** Makes it the one that was seen last; the one that was not seen for longest leaves. */
  set(row: ProfileRow, state: ProfileState): void {
    this.#states.delete(row)
    this.#states.set(row, state)
    if (this.#states.size > this.#capacity) {
      for (const oldest of this.#states.keys()) {
        this.#states.delete(oldest)
        break
      }
    }
  }

  delete(row: ProfileRow): void {
    this.#states.delete(row)
  }
}
