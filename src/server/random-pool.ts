import type { RandomBytes } from '../core/ports.ts'

const POOL = 4096

/**
 * The same random bytes, fetched many at a time: asking the system costs microseconds however few they are. What was
 * given out is wiped from the pool, so that no secret stands there a second time.
 */
export function pooled(source: RandomBytes): RandomBytes {
  const pool = new Uint8Array(POOL)
  let used = POOL
  return (bytes) => {
    if (bytes.length > POOL) {
      source(bytes)
      return
    }
    if (used + bytes.length > POOL) {
      source(pool)
      used = 0
    }
    bytes.set(pool.subarray(used, used + bytes.length))
    pool.fill(0, used, used + bytes.length)
    used += bytes.length
  }
}
