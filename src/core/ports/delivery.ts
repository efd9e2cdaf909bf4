import type { Webhook, WebhookDelivery } from '../../contracts/webhook.ts'

/** One message for one endpoint, claimed: nobody else sends it until the lease ends. */
export interface ClaimedDelivery {
  readonly endpoint: string
  /** `webhook-id`: the same for every attempt. */
  readonly message: string
  readonly url: string
  /** `whsec_…`, the newest first; two while one replaces the other. Each signs. */
  readonly secrets: readonly string[]
  /** The same bytes for every attempt. */
  readonly body: string
  /** This one included. */
  readonly attempts: number
  /** When the first attempt was claimed. */
  readonly firstAt: number
}

/** What an attempt came to. */
export interface SettledDelivery {
  readonly endpoint: string
  readonly message: string
  /** As claimed: an attempt whose lease ended and was claimed again settles nothing but success. */
  readonly attempts: number
  readonly at: number
  readonly state: WebhookDelivery['state']
  readonly status?: number
  readonly problem?: string
  /** For `pending`. */
  readonly nextAt?: number
}

export interface ClaimRequest {
  readonly now: number
  /** When the lease ends. */
  readonly until: number
  readonly limit: number
  readonly perEndpoint: number
  /** Endpoints that have enough in hand. */
  readonly except: readonly string[]
}

/**
 * Webhooks and the outbox of their messages. Messages are written by the writes they tell of, in the same transaction:
 * what is on disk is announced, whatever happens next.
 */
export interface WebhookRepository {
  add(webhook: Omit<Webhook, 'pending'>, secret: string): Promise<void>
  list(): Promise<Webhook[]>
  get(id: string): Promise<Webhook | undefined>
  /** Those that sign at this moment, the newest first; empty for a webhook that is not there. */
  secrets(id: string, now: number): Promise<string[]>
  /**
   * Puts a new secret in the place of the present one, which signs beside it until `until`; one before that is
   * forgotten. False for a webhook that is not there, or one whose secret is being replaced at this moment: then
   * nothing is changed, unless `until` is this moment.
   */
  rotate(id: string, secret: string, now: number, until: number): Promise<boolean>
  /** Forgets secrets whose overlap is over; costs a look where there are none. */
  forgetSecrets(now: number): Promise<void>
  remove(id: string): Promise<boolean>
  enable(id: string): Promise<boolean>
  /** Tells the other endpoints of it, in the same transaction. */
  disable(id: string, at: number, because: string): Promise<void>
  /** Whether anything waits for an attempt at this moment; cheap. */
  isDue(now: number): boolean
  /** Durable when it resolves. */
  claim(request: ClaimRequest): Promise<ClaimedDelivery[]>
  /** Frees what a process that died had claimed, and does what `clockSetBack` does. Called once, before anything is claimed. */
  endLeases(at: number): Promise<number>
  /**
   * Makes due what waits by a clock that was ahead; what was tried since it was set back waits as it should. Costs a look
   * where there is nothing.
   */
  clockSetBack(at: number): Promise<void>
  settle(outcome: SettledDelivery): Promise<void>
  /** True where the endpoint took a message at this moment or later. */
  deliveredSince(id: string, at: number): Promise<boolean>
  deliveries(id: string, limit: number): Promise<WebhookDelivery[]>
  /** Messages that are on their way, of all endpoints. */
  pending(): number
}

/** What a request to another server came to. */
export interface SendOutcome {
  /** Left out where no answer came. */
  readonly status?: number
  /** Seconds that the other side asks to wait. */
  readonly retryAfter?: number
  /** Left out where the other side took it. */
  readonly problem?: string
}

/** Sends one request to an endpoint. Network lives in the connectors. */
export interface WebhookSender {
  /** Why nothing is ever sent to this address; undefined where it may be tried. */
  refusal(url: string): string | undefined
  /** Does not throw for what the network or the other side does. */
  send(
    request: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
    signal: AbortSignal,
  ): Promise<SendOutcome>
}
