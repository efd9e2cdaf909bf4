import { performance } from 'node:perf_hooks'
import { CodedError } from '../../contracts/errors.ts'

/** A caller is never told to wait longer than this, seconds. */
const LONGEST_WAIT = 30

/** What one request holds of the memory that all share. */
export interface Held {
  /** @throws CodedError TOO_BUSY where there is no room for so many bytes more */
  grow(bytes: number): void
  /** Gives all of it back; a second time does nothing. */
  release(): void
}

/**
 * Bounds the memory of events that are received and not on disk yet. A request holds what it has sent so far, not what
 * it says it will send, so that connections that promise much and send little take nothing from the others.
 */
export class MemoryBudget {
  readonly #limit: number
  readonly #now: () => number
  #bytes = 0
  /** When each request that is not answered yet began; the first one has waited longest. */
  readonly #since = new Map<Held, number>()

  /** @param limit bytes */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  get bytes(): number {
    return this.#bytes
  }

  enter(): Held {
    let mine = 0
    let open = true
    const held: Held = {
      grow: (bytes) => {
        if (this.#bytes + bytes > this.#limit) throw new CodedError('TOO_BUSY')
        this.#bytes += bytes
        mine += bytes
      },
      release: () => {
        if (!open) return
        open = false
        this.#bytes -= mine
        this.#since.delete(held)
      },
    }
    this.#since.set(held, this.#now())
    return held
  }

  /** Seconds after which a refused caller may try again: as long as the oldest request in hand has been waiting. */
  get retryAfter(): number {
    const [oldest = this.#now()] = this.#since.values()
    return Math.min(LONGEST_WAIT, Math.max(1, Math.ceil((this.#now() - oldest) / 1000)))
  }
}
