import { isIPv6 } from 'node:net'
import type { Clock } from '../../core/ports.ts'

/**
 * A token bucket for each name.
 *
 * Solves   at most `perSecond` requests a second in the long run, and `burst` at once after a pause
 * Given    a name and the time
 * Returns  0 where the request may pass, else the milliseconds until the next one may
 * Cost     one number a name; two maps of at most `names` names, so memory is bounded whoever calls
 * Source   the virtual-scheduling form of the generic cell rate algorithm, ITU-T I.371 (2004), annex A: a bucket of
 *          tokens is the same as one theoretical arrival time
 * Differs  names that were not seen since two turns of the maps are forgotten, that is begin with a full bucket again
 */
export interface RateLimit {
  readonly perSecond: number
  take(name: string): number
}

/** Names per map: an attacker with more addresses than that meets the bound of the key instead. */
const NAMES = 20_000
/** A pause fills the bucket for so many seconds' worth. */
const BURST_SECONDS = 2

/** @param perSecond 0 for no limit */
export function createRateLimit(perSecond: number, clock: Clock, names = NAMES): RateLimit {
  const interval = 1000 / perSecond
  const tolerance = BURST_SECONDS * 1000 - interval
  let recent = new Map<string, number>()
  let older = new Map<string, number>()
  return {
    perSecond,
    take(name) {
      if (perSecond === 0) return 0
      const now = clock()
      const due = recent.get(name) ?? older.get(name) ?? 0
      // A clock that was set back must not lock anybody out for longer than an empty bucket would.
      const arrival = due > now + BURST_SECONDS * 1000 ? now : Math.max(due, now)
      if (arrival - now > tolerance) return arrival - now - tolerance
      if (recent.size >= names && !recent.has(name)) {
        older = recent
        recent = new Map()
      }
      recent.set(name, arrival + interval)
      return 0
    },
  }
}

/** Whom an address stands for: with IPv6 one subscriber has a whole /64. */
export function subscriberOf(address: string): string {
  if (!isIPv6(address)) return address
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - rest.length }, () => '0')
  return `${[...groups, ...zeros, ...rest].slice(0, 4).join(':')}::/64`
}
