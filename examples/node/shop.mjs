// A shop's back end: sends the catalogue, sends events with Segment's client, asks for recommendations.
import { Analytics } from '@segment/analytics-node'

const { STOREMIND_URL: url, STOREMIND_READ_KEY: readKey, STOREMIND_WRITE_KEY: writeKey } = process.env
const adminKey = process.env.STOREMIND_ADMIN_KEY
const shopper = `shopper-${process.argv[2] ?? 1}`

async function call(method, path, key, body) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.json()
  if (!response.ok) throw new Error(`${answer.error.code}: ${answer.error.what} ${answer.error.todo}`)
  return answer
}

async function recommend(request) {
  const { decisions } = await call('POST', '/v1/recommendations', readKey, { requests: [request] })
  return decisions[0]
}

function print(title, decision) {
  console.log(`${title} (${decision.basis})`)
  for (const { position, name, reasons } of decision.items) console.log(`  ${position}. ${name}: ${reasons[0]?.text}`)
}

// The catalogue: each product replaces what is known of it. Send what changed, when it changes.
if (adminKey) {
  const offer = { market: 'default', priceMicros: 9_500_000, currency: 'EUR', availability: 'in_stock', stock: 12 }
  const mug = {
    id: 'example-mug',
    title: 'Example mug',
    categories: ['Kitchen', 'Mugs'],
    attributes: {},
    offers: [offer],
  }
  const { changed, unchanged } = await call('PUT', '/v1/products', adminKey, { products: [mug] })
  console.log(`catalogue: ${changed} changed, ${unchanged} unchanged`)
}

// Nothing is known of a first visit.
const first = await recommend({ placement: 'home', limit: 5 })
print('first visit', first)

// Segment's client, changed by nothing but its host.
const analytics = new Analytics({ writeKey, host: url })
analytics.on('error', (error) => console.error('not delivered', error))
analytics.identify({
  userId: shopper,
  traits: { firstName: 'Ada' },
  context: { consent: { categoryPreferences: { personalisation: true, analytics: true } } },
})
const [, second] = first.items
analytics.track({
  userId: shopper,
  event: 'Product Clicked',
  properties: { product_id: second.productId, position: second.position, decision_token: second.token },
})
analytics.track({
  userId: shopper,
  event: 'Order Completed',
  properties: {
    order_id: `${shopper}-1`,
    currency: second.currency,
    products: [{ product_id: second.productId, quantity: 1, price: second.priceMicros / 1e6 }],
  },
})
await analytics.closeAndFlush()

// What was acknowledged counts at the next decision.
print('after an order', await recommend({ profile: shopper, placement: 'home', limit: 5 }))
