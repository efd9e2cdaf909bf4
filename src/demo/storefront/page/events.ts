import type { ChosenItem, Decision } from '../../../contracts/decision.ts'
import type { SegmentMessage } from '../../../contracts/event.ts'
import type { Product } from '../../../contracts/product.ts'

/** Whom a message speaks of, and what they said of being remembered. */
export interface Sender {
  readonly userId?: string
  readonly anonymousId?: string
  /** Where the page asked for it; left out where the store has the answer on file. */
  readonly consent?: Readonly<Record<string, boolean>>
}

export interface CartLine {
  readonly product: Product
  readonly quantity: number
}

/** What the page tells the store of its visitor, by the public API. */
export interface Events {
  seen(decision: Decision, item: ChosenItem): void
  clicked(decision: Decision, item: ChosenItem): void
  viewed(product: Product): void
  added(product: Product): void
  removed(product: Product): void
  ordered(lines: readonly CartLine[]): void
  /** Says what the visitor answered, even if the answer is no. */
  consented(sender: Sender): void
  /** Resolves when what was told before has arrived, so that the next answer knows of it. */
  settled(): Promise<void>
}

/** Impressions come in dozens: they are gathered for so long. */
const GATHER_MILLIS = 1000
/** What could not be delivered is tried again then. */
const RETRY_MILLIS = 5000
/** More is not kept while the store does not answer. */
const MOST_WAITING = 500

type Said = Pick<SegmentMessage, 'type' | 'event' | 'properties'>

/**
 * Sends messages of the Segment specification. A click is sent at once and outlives the page that it leaves
 * (`keepalive`); what is not delivered is sent again under the same `messageId`, which the store counts once.
 * @param sender undefined where nothing may be told
 */
export function createEvents(writeKey: string, sender: () => Sender | undefined): Events {
  let waiting: SegmentMessage[] = []
  /** Lists of which something was seen and that wait: decision → its products. */
  let lists = new Map<string, object[]>()
  let underWay: Promise<void> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined

  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return underWay
    const batch = waiting
    waiting = []
    lists = new Map()
    const sent = deliver(writeKey, batch).then((isDone) => {
      if (isDone) return
      waiting = [...batch, ...waiting].slice(-MOST_WAITING)
      later(RETRY_MILLIS)
    })
    underWay = Promise.all([underWay, sent]).then(() => undefined)
    return underWay
  }
  const later = (millis: number) => {
    timer ??= setTimeout(() => void flush(), millis)
  }
  const put = (said: Said, whose = sender()): boolean => {
    if (whose === undefined) return false
    waiting.push(messageOf(said, whose))
    return true
  }
  const tell = (event: string, properties: Record<string, unknown>) => {
    if (put({ type: 'track', event, properties })) void flush()
  }
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && void flush())

  return {
    seen(decision, item) {
      const list = lists.get(decision.id)
      if (list !== undefined) {
        list.push(shown(item))
        return
      }
      const products = [shown(item)]
      const properties = { list_id: decision.placement, products }
      if (!put({ type: 'track', event: 'Product List Viewed', properties })) return
      lists.set(decision.id, products)
      later(GATHER_MILLIS)
    },
    clicked: (decision, item) => tell('Product Clicked', { list_id: decision.placement, ...shown(item) }),
    viewed: (product) => tell('Product Viewed', lineOf(product)),
    added: (product) => tell('Product Added', lineOf(product)),
    removed: (product) => tell('Product Removed', lineOf(product)),
    ordered(lines) {
      const products = lines.map(({ product, quantity }) => lineOf(product, quantity))
      tell('Order Completed', { order_id: freshId(), currency: products[0]?.currency, products })
    },
    consented(whose) {
      put({ type: 'identify' }, whose)
      void flush()
    },
    settled: flush,
  }
}

/** @returns false where it is worth another try */
async function deliver(writeKey: string, batch: readonly SegmentMessage[]): Promise<boolean> {
  try {
    const response = await fetch('/v1/batch', {
      method: 'POST',
      keepalive: true,
      headers: { authorization: `Basic ${btoa(`${writeKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
    })
    return response.status !== 429 && response.status < 500
  } catch {
    return false
  }
}

function messageOf(said: Said, { consent, ...ids }: Sender): SegmentMessage {
  return {
    ...said,
    ...ids,
    messageId: freshId(),
    timestamp: new Date().toISOString(),
    context: {
      userAgent: navigator.userAgent,
      page: { path: `${location.pathname}${location.hash}` },
      ...(consent === undefined ? {} : { consent: { categoryPreferences: consent } }),
    },
  }
}

/** An item of a decision with the token that ties what is done with it to the decision. */
function shown({ productId, position, token }: ChosenItem) {
  return { product_id: productId, position, ...(token === undefined ? {} : { decision_token: token }) }
}

function lineOf({ id, offers: [offer] }: Product, quantity = 1) {
  const micros = offer?.salePriceMicros ?? offer?.priceMicros
  return {
    product_id: id,
    quantity,
    ...(micros === undefined ? {} : { price: micros / 1e6, currency: offer?.currency }),
  }
}

/** 128 random bits. `crypto.randomUUID` is missing where the page is not served over HTTPS or from this machine. */
export function freshId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
