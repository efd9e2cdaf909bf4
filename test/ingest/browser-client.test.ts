import { createReadStream, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openShop, type ShopUnderTest } from '../bad-input/shop-under-test.ts'

/* Segment's browser client on a page of another origin, changed by nothing but its host. */

const SCRIPTS = join(
  dirname(createRequire(import.meta.url).resolve('@segment/analytics-next/package.json')),
  'dist/umd',
)
const PERSON = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'

let shop: ShopUnderTest
let pages: Server
let origin: string
let browser: Browser
let host: string
let writeKey: string

beforeAll(async () => {
  pages = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    if (pathname.endsWith('.js')) {
      const file = join(SCRIPTS, basename(pathname))
      response.writeHead(200, { 'content-type': 'text/javascript', 'content-length': statSync(file).size })
      createReadStream(file).pipe(response)
      return
    }
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<!doctype html><title>Mugs</title><script src="/index.js"></script>')
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  shop = await openShop({
    clock: Date.now,
    settings: { 'server.port': 0, 'ingest.basis': 'contract', 'server.corsOrigins': origin },
  })
  host = await shop.engine.listen()
  writeKey = (await shop.client.createKey({ name: 'page', scopes: ['write'] })).secret
  // The package's own arguments run everything in one process, which ends with the first page that is closed.
  // They also switch off what keeps pages of different origins apart, which is what a shop's browser has.
  const without = ['--single-process', '--no-zygote', '--disable-web-security', '--allow-running-insecure-content']
  const args = chromium.args.filter((argument) => !without.includes(argument))
  browser = await playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await shop?.close()
  pages?.close()
})

async function opened(headers: Record<string, string> = {}) {
  const context = await browser.newContext({ userAgent: PERSON, extraHTTPHeaders: headers })
  const page = await context.newPage()
  const faults: string[] = []
  const elsewhere: string[] = []
  const answers: number[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('request', (request) => {
    const from = new URL(request.url()).origin
    if (from !== origin && from !== host) elsewhere.push(request.url())
  })
  page.on('response', (response) => response.url().startsWith(`${host}/v1/`) && answers.push(response.status()))
  await page.goto(`${origin}/mugs`)
  return { page, faults, elsewhere, answers, close: () => context.close() }
}

const stored = async (profile: string) => {
  const { events, consents } = await shop.client.exportProfile({ profile })
  return {
    events: events as { event: { kind: string; anonymousId: string; bot: boolean; at: number; receivedAt: number } }[],
    consents: consents as { purpose: string; granted: boolean }[],
  }
}

/** Loads the client as Segment's documentation says, with another host, and does what a shopper does. */
const shopping = async ({ key, cdn, user }: { key: string; cdn: string; user: string }) => {
  const { AnalyticsBrowser } = Reflect.get(globalThis, 'AnalyticsNext')
  const analytics = AnalyticsBrowser.load({ writeKey: key, cdnURL: cdn })
  await analytics.page('Mugs')
  await analytics.track('Product Viewed', { product_id: 'mug', price: 9.5, currency: 'EUR' })
  const anonymous = (await analytics.user()).anonymousId()
  await analytics.identify(user, { name: 'Ada' })
  await analytics.group('g1', {})
  await analytics.alias(user, 'ada-of-old')
  await analytics.track('Order Completed', {
    order_id: `o-${user}`,
    currency: 'EUR',
    products: [{ product_id: 'mug', price: 9.5, quantity: 2 }],
  })
  return anonymous as string
}

it('delivers all that a shopper does, and the engine knows the visitor as the customer afterwards', async () => {
  const { page, faults, elsewhere, answers, close } = await opened()
  const answered = page.waitForResponse(
    async (response) => response.url().endsWith('/v1/t') && (response.request().postData() ?? '').includes('Order'),
  )
  const anonymousId = await page.evaluate(shopping, { key: writeKey, cdn: host, user: 'ada' })
  await answered
  expect({ faults, elsewhere, answers: [...new Set(answers)].filter((status) => status !== 204) }).toEqual({
    faults: [],
    elsewhere: [],
    answers: [200],
  })
  const { events } = await stored('ada')
  const kinds = events.map(({ event }) => event.kind)
  expect(kinds.toSorted()).toEqual(
    ['page_viewed', 'product_viewed', 'identified', 'other', 'aliased', 'order_completed'].toSorted(),
  )
  expect(events.every(({ event }) => !event.bot)).toBe(true)
  // Joined by what the shopper did before the name was known.
  expect(await stored(anonymousId)).toEqual(await stored('ada'))
  await close()
}, 60_000)

it('delivers beacons, as a page sends them when it is left', async () => {
  const { page, faults, close } = await opened()
  const answered = page.waitForResponse((response) => response.url().endsWith('/v1/batch'))
  const accepted = await page.evaluate(
    ({ url, key }) => {
      const message = { type: 'track', event: 'Product Viewed', userId: 'leaver', properties: { product_id: 'mug' } }
      const body = JSON.stringify({ writeKey: key, batch: [{ ...message, messageId: 'beacon-1' }] })
      return navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }))
    },
    { url: `${host}/v1/batch`, key: writeKey },
  )
  expect([accepted, (await answered).status(), faults]).toEqual([true, 200, []])
  expect((await stored('leaver')).events).toHaveLength(1)
  await close()
}, 60_000)

it('a browser that sends Sec-GPC objects to the use of what it sends', async () => {
  const { page, close } = await opened({ 'Sec-GPC': '1' })
  const sent = await page.evaluate(
    async ({ url, key }) => {
      const message = { event: 'Product Viewed', userId: 'private', properties: { product_id: 'mug' }, writeKey: key }
      return (await fetch(url, { method: 'POST', body: JSON.stringify(message) })).status
    },
    { url: `${host}/v1/t`, key: writeKey },
  )
  // A page of another origin may not set the header by itself; the browser does, and asks beforehand for ours.
  expect(sent).toBe(200)
  expect((await stored('private')).consents.map(({ purpose, granted }) => [purpose, granted]).sort()).toEqual([
    ['advertising', false],
    ['personalisation', false],
  ])
  await close()
}, 60_000)

it('a page of a foreign origin is told nothing', async () => {
  const context = await browser.newContext({ userAgent: PERSON })
  const page = await context.newPage()
  await page.goto(origin.replace('127.0.0.1', 'localhost'))
  const read = await page.evaluate(
    async ({ url, key }) => {
      try {
        await fetch(url, { method: 'POST', headers: { authorization: `Basic ${btoa(`${key}:`)}` }, body: '{}' })
        return 'answered'
      } catch {
        return 'refused'
      }
    },
    { url: `${host}/v1/t`, key: writeKey },
  )
  expect(read).toBe('refused')
  await context.close()
}, 60_000)
