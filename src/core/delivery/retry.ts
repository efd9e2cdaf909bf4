import type { ClaimedDelivery, SendOutcome, SettledDelivery } from '../ports.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
/** 5 s, 20 s, 80 s, 5 min, 21 min, 85 min, 6 h, then every 12 h. */
const FIRST_PAUSE = 5 * SECOND
const LONGEST_PAUSE = 12 * HOUR
/** The last one comes two and a half days after the first. */
const ATTEMPTS = 12
const GONE = 410

/**
 * Pause before the next attempt: exponential, and drawn between 80 and 120 % of that, so that what failed together is
 * not tried again together.
 * @param attempts so far, from 1
 * @param random in [0, 1)
 */
export function pauseAfter(attempts: number, random: number): number {
  return Math.round(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (attempts - 1)) * (0.8 + 0.4 * random))
}

/** What follows from an attempt. */
export interface Verdict {
  readonly settled: SettledDelivery
  /** Why the endpoint should get nothing more. */
  readonly giveUp?: 'gone' | 'exhausted'
}

export function verdictOf(claimed: ClaimedDelivery, sent: SendOutcome, at: number, random: number): Verdict {
  const { endpoint, message, attempts } = claimed
  const base = { endpoint, message, attempts, at, ...(sent.status === undefined ? {} : { status: sent.status }) }
  if (sent.problem === undefined) return { settled: { ...base, state: 'delivered' } }
  const { problem } = sent
  if (sent.status === GONE) return { settled: { ...base, state: 'failed', problem }, giveUp: 'gone' }
  if (attempts >= ATTEMPTS) return { settled: { ...base, state: 'failed', problem }, giveUp: 'exhausted' }
  const asked = Math.min((sent.retryAfter ?? 0) * SECOND, LONGEST_PAUSE)
  const nextAt = at + Math.max(asked, pauseAfter(attempts, random))
  return { settled: { ...base, state: 'pending', problem, nextAt } }
}
