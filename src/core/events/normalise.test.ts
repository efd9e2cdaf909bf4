import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SegmentMessage, ShopEvent } from '../../contracts/event.ts'
import { EARLIEST } from './event-times.ts'
import { normalise } from './normalise.ts'

const receivedAt = Date.UTC(2024, 5, 1, 12)
const options = { receivedAt, defaultCurrency: 'EUR' }

function message(fields: Partial<SegmentMessage> = {}): SegmentMessage {
  return { type: 'track', event: 'Product Viewed', userId: 'u1', properties: { product_id: 'p1' }, ...fields }
}

function understood(fields: Partial<SegmentMessage> = {}): ShopEvent {
  const event = normalise(message(fields), options)
  if ('refused' in event) throw new Error(JSON.stringify(event))
  return event
}

function refused(fields: Partial<SegmentMessage>): string {
  const event = normalise(message(fields), options)
  return 'refused' in event ? String(event.details['problem']) : `understood as ${event.kind}`
}

describe('normalise', () => {
  it('knows the names of Segment and of Google Analytics, however they are written', () => {
    const kinds = {
      'Product Viewed': 'product_viewed',
      product_viewed: 'product_viewed',
      view_item: 'product_viewed',
      'Product Added': 'product_added',
      add_to_cart: 'product_added',
      'Product Added to Wishlist': 'wishlist_added',
      'Products Searched': 'products_searched',
      'Product List Viewed': 'product_list_viewed',
      'Checkout Started': 'checkout_started',
      'Order Refunded': 'order_refunded',
      'Something Else': 'other',
      constructor: 'other',
      商品: 'other',
    }
    for (const [event, kind] of Object.entries(kinds)) expect(understood({ event }).kind, event).toBe(kind)
    const order = { order_id: '1', products: [{ product_id: 'p' }] }
    expect(
      understood({ event: 'purchase', properties: { transaction_id: '1', items: [{ item_id: 'p' }] } }),
    ).toMatchObject({ kind: 'order_completed', orderId: '1', lines: [{ productId: 'p', quantity: 1 }] })
    expect(understood({ event: 'Order Completed', properties: order }).kind).toBe('order_completed')
    expect(understood({ type: 'page' })).toMatchObject({ kind: 'page_viewed', lines: [] })
    expect(understood({ type: 'identify', traits: { age: 3 } })).toMatchObject({
      kind: 'identified',
      traits: { age: 3 },
    })
    expect(understood({ type: 'alias', previousId: 'a1' })).toMatchObject({ kind: 'aliased', previousId: 'a1' })
  })

  it('reads products without coercion', () => {
    const line = (fields: object) => understood({ properties: { product_id: 'p1', ...fields } }).lines[0]
    expect(line({})).toEqual({ productId: 'p1', quantity: 1 })
    expect(line({ product_id: 42 })).toMatchObject({ productId: '42' })
    expect(line({ quantity: 2, price: 2.55 })).toEqual({
      productId: 'p1',
      quantity: 2,
      priceMicros: 2_550_000,
      currency: 'EUR',
    })
    expect(line({ quantity: '2', price: '2.55', currency: 'gbp' })).toEqual({
      productId: 'p1',
      quantity: 2,
      priceMicros: 2_550_000,
      currency: 'GBP',
    })
    expect(line({ price: '' })).toEqual({ productId: 'p1', quantity: 1 })
    expect(line({ price: null, quantity: null })).toEqual({ productId: 'p1', quantity: 1 })
  })

  it('refuses quantities, prices and ids that say nothing certain', () => {
    for (const quantity of [0, -1, '', ' ', 'two', '0x10', '1e3', true, [5], {}, Number.NaN, -1e18]) {
      expect(refused({ properties: { product_id: 'p', quantity } }), String(quantity)).toMatch(/^quantity is not/)
    }
    for (const price of [-1, '-0.01', 'free', true, [5], [1e18], Number.NaN, -1e300]) {
      expect(refused({ properties: { product_id: 'p', price } }), String(price)).toMatch(/^price is not/)
    }
    for (const large of [1e18, '1000000000000000000', 1e300, Number.POSITIVE_INFINITY]) {
      expect(refused({ properties: { product_id: 'p', quantity: large } })).toMatch(
        /^quantity is above 9007199254740991, the largest that is kept exactly: /,
      )
      expect(refused({ properties: { product_id: 'p', price: large } })).toMatch(/^price is above 9007199254\.740991, /)
    }
    expect(understood({ properties: { product_id: 'p', quantity: Number.MAX_SAFE_INTEGER } }).lines[0]).toMatchObject({
      quantity: Number.MAX_SAFE_INTEGER,
    })
    for (const product_id of ['', ' ', 1.5, true, {}, 'a\u0000b', '\ud800', 'x'.repeat(257)]) {
      expect(refused({ properties: { product_id } }), String(product_id)).toMatch(/no product_id/)
    }
    expect(refused({ properties: { product_id: 'p', price: 1, currency: 'Euro' } })).toBe(
      'currency is not an ISO 4217 code: "Euro" (did you mean EUR?)',
    )
    expect(refused({ properties: { product_id: 'p', price: 1, currency: 'XXQ' } })).toMatch(/^currency is not/)
    // A refund whose sum nobody can read would else be one of the whole order.
    const refund = { order_id: '1', total: 5, currency: 'XXQ' }
    expect(refused({ event: 'Order Refunded', properties: refund })).toMatch(/^currency is not/)
    expect(refused({ properties: {} })).toMatch(/names no product_id/)
    expect(refused({ event: 'Order Completed', properties: { products: [{ product_id: 'p' }] } })).toMatch(/order_id/)
    expect(refused({ event: 'Order Completed', properties: { order_id: '1', products: [] } })).toMatch(/product_id/)
    expect(
      refused({ event: 'Order Completed', properties: { order_id: '1', products: [{ product_id: 'p' }, null] } }),
    ).toMatch(/products\[1\]/)
    expect(refused({ event: 'Order Completed', properties: { order_id: '1', products: 'p' } })).toMatch(/not a list/)
    expect(refused({ event: undefined as never })).toMatch(/names its event/)
  })

  it('takes nothing from a prototype', () => {
    const inherited: Record<string, unknown> = Object.create({ product_id: 'ghost', order_id: 'ghost' })
    expect(refused({ properties: inherited })).toMatch(/no product_id/)
    expect(understood({ userId: '__proto__', properties: { product_id: 'constructor' } })).toMatchObject({
      userId: '__proto__',
      lines: [{ productId: 'constructor' }],
    })
  })

  it('turns what came back into positive quantities', () => {
    const event = understood({
      event: 'Order Refunded',
      properties: { order_id: '1', products: [{ product_id: 'p', quantity: -2 }] },
    })
    expect(event.lines).toEqual([{ productId: 'p', quantity: 2 }])
    expect(understood({ event: 'Order Refunded', properties: { order_id: '1' } }).lines).toEqual([])
  })

  it('needs a shopper', () => {
    expect(refused({ userId: null })).toMatch(/neither userId nor anonymousId/)
    expect(refused({ userId: ' ' })).toMatch(/^userId is empty/)
    expect(refused({ anonymousId: 'a\u0007' })).toMatch(/^anonymousId is empty or holds/)
    expect(refused({ type: 'alias' })).toMatch(/previousId/)
    expect(understood({ userId: null, anonymousId: 'a1' })).toMatchObject({ anonymousId: 'a1' })
  })

  it('corrects a sender’s clock, and keeps what it said', () => {
    const hourAhead = understood({ timestamp: '2024-06-01T12:59:00Z', sentAt: '2024-06-01T13:00:00Z' })
    expect(hourAhead).toMatchObject({
      happenedAt: Date.UTC(2024, 5, 1, 12, 59),
      at: Date.UTC(2024, 5, 1, 11, 59),
      receivedAt,
    })
    const relayed = understood({
      timestamp: '2024-06-01T11:59:00Z',
      originalTimestamp: '2024-06-01T12:59:00Z',
      sentAt: '2024-06-01T13:00:00Z',
    })
    expect(relayed).toMatchObject({ happenedAt: Date.UTC(2024, 5, 1, 12, 59), at: Date.UTC(2024, 5, 1, 11, 59) })
    expect(understood()).toMatchObject({ happenedAt: receivedAt, at: receivedAt })
    expect(understood({ timestamp: '2024-05-01T10:00:00' }).at).toBe(Date.UTC(2024, 4, 1, 10))
    expect(understood({ timestamp: '2024-05-01 10:00:00+0200' }).at).toBe(Date.UTC(2024, 4, 1, 8))
  })

  it('keeps times between 2000 and the arrival', () => {
    expect(understood({ timestamp: '2031-01-01T00:00:00Z' })).toMatchObject({
      happenedAt: Date.UTC(2031, 0, 1),
      at: receivedAt,
    })
    expect(understood({ timestamp: '1970-01-01T00:00:00Z' })).toMatchObject({ happenedAt: 0, at: EARLIEST })
    for (const timestamp of ['', 'now', '2024-02-30', '2024-06-01T25:00:00Z', '1717236000000', '2024']) {
      expect(refused({ timestamp }), timestamp).toMatch(/^timestamp is not a time/)
    }
    expect(refused({ sentAt: 'soon' })).toMatch(/^sentAt/)
  })

  it('reads consent from where managers put it; the no counts', () => {
    const consents = (categoryPreferences: unknown, traits?: Record<string, unknown>) =>
      understood({ context: { consent: { categoryPreferences } }, ...(traits && { type: 'identify', traits }) })
        .consents
    expect(consents({ Functional: true, Advertising: false, Unknown: true })).toEqual([
      { purpose: 'personalisation', granted: true },
      { purpose: 'advertising', granted: false },
    ])
    expect(consents({ ad_storage: 'granted', ad_user_data: 'denied' })).toEqual([
      { purpose: 'advertising', granted: false },
    ])
    expect(consents({ advertising: false, marketing: true })).toEqual([{ purpose: 'advertising', granted: false }])
    expect(consents({ personalisation: true }, { consent: { personalisation: false } })).toEqual([
      { purpose: 'personalisation', granted: false },
    ])
    for (const vague of ['maybe', 1, 'true', null, {}]) expect(consents({ analytics: vague })).toEqual([])
    expect(consents('all')).toEqual([])
    expect(consents(null)).toEqual([])
  })

  it('marks programs by their user agent', () => {
    const bot = (userAgent: string) => understood({ context: { userAgent } }).bot
    expect(bot('Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)')).toBe(true)
    expect(bot('python-requests/2.31')).toBe(true)
    expect(bot('Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120')).toBe(true)
    expect(
      bot(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile Safari/604.1',
      ),
    ).toBe(false)
    expect(bot('Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 Chrome/120 Mobile')).toBe(false)
    expect(understood().bot).toBe(false)
  })

  it('gives the same event for the same message, never throws, and never lets a number through that is none', () => {
    const record = fc.dictionary(
      fc.constantFrom(
        'product_id',
        'products',
        'items',
        'quantity',
        'price',
        'currency',
        'order_id',
        '__proto__',
        'query',
      ),
      fc.oneof(
        fc.jsonValue(),
        fc.array(fc.dictionary(fc.constantFrom('product_id', 'quantity', 'price'), fc.jsonValue())),
      ),
    )
    const any = fc.record({
      event: fc.constantFrom('Product Viewed', 'Order Completed', 'Order Refunded', 'Products Searched', 'x'),
      properties: record,
      context: record,
    })
    fc.assert(
      fc.property(any, (fields) => {
        const event = normalise(message(fields), options)
        expect(normalise(message(fields), options)).toEqual(event)
        if ('refused' in event) return
        for (const line of event.lines) {
          expect(line.quantity).toBeGreaterThan(0)
          expect(Number.isFinite(line.quantity)).toBe(true)
          if (line.priceMicros !== undefined) expect(Number.isSafeInteger(line.priceMicros)).toBe(true)
        }
      }),
      { seed: 21, numRuns: 300 },
    )
  })
})
