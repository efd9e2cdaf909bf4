import type { SegmentMessage } from '../../contracts/event.ts'
import { formatMicros } from '../../contracts/money.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { CURRENCY, productId } from '../catalogue/describe.ts'
import { anonymousId, firstName, type Shopper, userId } from '../shoppers/shopper.ts'
import type { OrderLine, Step, Visit } from './visit.ts'

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
] as const
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

/** What the store's page would have sent during a visit: messages of the Segment specification, e-commerce events v2. */
export function* messagesOf(catalogue: Catalogue, visit: Visit): Generator<SegmentMessage, void> {
  const { shopper, device } = visit
  const anonymous = anonymousId(shopper.index, device)
  const context = { userAgent: shopper.bot ? CRAWLER : (BROWSERS[device] ?? BROWSERS[0]) }
  const refund = visit.steps[0]?.kind === 'refunded'
  // Messages of one visit are numbered; a refund days later starts its own numbers.
  const prefix = `${refund ? 'r' : 'm'}-${shopper.index.toString(36)}-${visit.number.toString(36)}`
  let known = visit.known || (refund && !shopper.guest)
  let number = 0
  const envelope = (at: number) => ({
    messageId: `${prefix}-${number++}`,
    anonymousId: anonymous,
    ...(known ? { userId: userId(shopper.index) } : {}),
    timestamp: new Date(at).toISOString(),
    context,
  })
  if (!refund)
    yield {
      type: 'page',
      ...envelope(visit.startedAt),
      context: { ...context, consent: consentOf(shopper) },
      properties: { path: '/' },
    }
  for (const step of visit.steps) {
    if (step.kind === 'logged_in') known = true
    const head = envelope(step.at)
    if (step.kind === 'logged_in') {
      yield {
        type: 'identify',
        ...head,
        context: { ...context, consent: consentOf(shopper) },
        traits: traitsOf(shopper),
      }
    } else {
      yield { type: 'track', ...head, ...said(catalogue, step) }
    }
  }
}

function consentOf(shopper: Shopper) {
  return { categoryPreferences: { personalisation: shopper.consents, analytics: true, advertising: shopper.consents } }
}

function traitsOf({ index, consents }: Shopper) {
  return { firstName: firstName(index), email: `${userId(index)}@example.com`, personalisation_consent: consents }
}

function said(
  catalogue: Catalogue,
  step: Exclude<Step, { kind: 'logged_in' }>,
): Pick<SegmentMessage, 'event' | 'properties'> {
  switch (step.kind) {
    case 'viewed':
      return { event: 'Product Viewed', properties: lineOf(catalogue, { product: step.product, quantity: 1 }) }
    case 'added':
      return { event: 'Product Added', properties: lineOf(catalogue, { product: step.product, quantity: 1 }) }
    case 'searched':
      return {
        event: 'Products Searched',
        properties: { query: catalogue.shelves[step.shelf]?.leaf.noun.toLowerCase() ?? '' },
      }
    case 'ordered':
      return { event: 'Order Completed', properties: orderOf(catalogue, step.order, step.lines) }
    case 'refunded':
      return { event: 'Order Refunded', properties: orderOf(catalogue, step.order, step.lines) }
  }
}

function orderOf(catalogue: Catalogue, order: number, lines: readonly OrderLine[]) {
  const total = lines.reduce((sum, { product, quantity }) => sum + paidMicros(catalogue, product) * quantity, 0)
  return {
    order_id: `o-${order.toString(36)}`,
    currency: CURRENCY,
    total: Number(formatMicros(total)),
    products: lines.map((line) => lineOf(catalogue, line)),
  }
}

function lineOf(catalogue: Catalogue, { product, quantity }: OrderLine) {
  return {
    product_id: productId(product),
    quantity,
    price: Number(formatMicros(paidMicros(catalogue, product))),
    currency: CURRENCY,
  }
}

/** What a piece costs the shopper: the sale price where there is one. */
export function paidMicros({ priceMicros, salePriceMicros }: Catalogue, product: number): number {
  return salePriceMicros[product]! > 0 ? salePriceMicros[product]! : priceMicros[product]!
}
