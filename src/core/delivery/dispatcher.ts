import type { ClaimedDelivery, Clock, WebhookRepository, WebhookSender } from '../ports.ts'
import { verdictOf } from './retry.ts'
import { signedHeaders } from './signature.ts'

/** Longer than an attempt can take: what is claimed longer was claimed by a process that died. */
const LEASE_MILLIS = 120_000
const IN_HAND = 32
/** A slow endpoint holds up nobody but itself. */
const IN_HAND_PER_ENDPOINT = 4

/** Sends what is in the outbox: at least once, with the same id each time. */
export interface Dispatcher {
  /** Takes up what is due; returns once it is claimed, and sends on its own. */
  tick(): Promise<void>
  /** Takes up nothing more and waits for what is being sent. */
  close(): Promise<void>
  /** Breaks off what is being sent; it will be sent again. */
  abort(): void
}

export interface DispatcherParts {
  readonly webhooks: WebhookRepository
  readonly sender: WebhookSender
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Told of each attempt. */
  readonly onAttempt?: (outcome: 'delivered' | 'retried' | 'failed') => void
  /** Told when an endpoint is switched off. */
  readonly onDisabled?: (endpoint: string, because: string) => void
  /** Told of faults of the store; what was claimed comes again when its lease ends. */
  readonly onFault?: (error: unknown) => void
}

export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { webhooks, sender, clock, random } = parts
  const running = new Map<Promise<void>, string>()
  const controller = new AbortController()
  let closed = false
  let claiming: Promise<void> | undefined

  const attempt = async (claimed: ClaimedDelivery): Promise<void> => {
    const { url, body } = claimed
    const sent = await sender.send({ url, body, headers: signedHeaders(claimed, clock()) }, controller.signal)
    const at = clock()
    if (controller.signal.aborted && sent.problem !== undefined) {
      // It may have arrived or not: soon again, under the same id.
      const { endpoint, message, attempts } = claimed
      await webhooks.settle({ endpoint, message, attempts, at, state: 'pending', problem: sent.problem, nextAt: at })
      return
    }
    const { settled, giveUp } = verdictOf(claimed, sent, at, random())
    await webhooks.settle(settled)
    parts.onAttempt?.(settled.state === 'pending' ? 'retried' : settled.state)
    if (giveUp === 'gone') await disable(claimed, `it answered 410 Gone`)
    if (giveUp === 'exhausted' && !(await webhooks.deliveredSince(claimed.endpoint, claimed.firstAt))) {
      await disable(claimed, `it took nothing for days; the last time: ${settled.problem ?? 'no answer'}`)
    }
  }
  const disable = async ({ endpoint }: ClaimedDelivery, because: string): Promise<void> => {
    await webhooks.disable(endpoint, clock(), because)
    parts.onDisabled?.(endpoint, because)
  }
  const start = (claimed: ClaimedDelivery): void => {
    const work = attempt(claimed)
      .catch((error: unknown) => parts.onFault?.(error))
      .finally(() => {
        running.delete(work)
        void tick()
      })
    running.set(work, claimed.endpoint)
  }
  const claim = async (): Promise<void> => {
    const now = clock()
    const room = IN_HAND - running.size
    if (closed || room <= 0 || !webhooks.isDue(now)) return
    const counts = new Map<string, number>()
    for (const endpoint of running.values()) counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1)
    const except = [...counts].filter(([, count]) => count >= IN_HAND_PER_ENDPOINT).map(([endpoint]) => endpoint)
    const request = { now, until: now + LEASE_MILLIS, limit: room, perEndpoint: IN_HAND_PER_ENDPOINT, except }
    for (const claimed of await webhooks.claim(request)) start(claimed)
  }
  const tick = (): Promise<void> => {
    claiming ??= claim()
      .catch((error: unknown) => parts.onFault?.(error))
      .finally(() => {
        claiming = undefined
      })
    return claiming
  }
  return {
    tick,
    async close() {
      closed = true
      await claiming
      while (running.size > 0) await Promise.all(running.keys())
    },
    abort: () => controller.abort(),
  }
}
