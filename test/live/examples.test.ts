import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchBrowser, visitor } from './browser.ts'
import { openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'

/* The examples, run as their README says, against a whole server. */

const EXAMPLES = new URL('../../examples/', import.meta.url)

let shop: SimulatedShop
let browser: Browser
/** Another origin, as a shop's pages are. */
let pages: Server
let origin: string
let environment: NodeJS.ProcessEnv
const started: ChildProcess[] = []

beforeAll(async () => {
  let config = ''
  pages = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : 'config.js'
    response.setHeader('content-type', name.endsWith('html') ? 'text/html' : 'text/javascript')
    response.end(name === 'config.js' ? config : readFileSync(new URL(`plain-html/${name}`, EXAMPLES)))
  })
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`
  ;[shop, browser] = await Promise.all([
    openSimulatedShop(undefined, { 'server.corsOrigins': origin }),
    launchBrowser(),
  ])
  const key = async (scope: 'read' | 'write' | 'admin', origins?: string[]) =>
    (await shop.client.createKey({ name: scope, scopes: [scope], ...(origins && { origins }) })).secret
  config = readFileSync(new URL('plain-html/config.js', EXAMPLES), 'utf8')
    .replace('http://127.0.0.1:7654', shop.url)
    .replace('READ_KEY', await key('read', [origin]))
    .replace('WRITE_KEY', await key('write', [origin]))
  environment = {
    ...process.env,
    STOREMIND_URL: shop.url,
    STOREMIND_READ_KEY: await key('read'),
    STOREMIND_WRITE_KEY: await key('write'),
    STOREMIND_ADMIN_KEY: await key('admin'),
    PORT: '0',
  }
}, 120_000)
afterAll(async () => {
  for (const child of started) child.kill()
  await browser?.close()
  pages?.closeAllConnections()
  pages?.close()
  await shop?.close()
})

function start(path: string, ...args: string[]): ChildProcess {
  const file = new URL(path, EXAMPLES).pathname
  const child = spawn(process.execPath, [file, ...args], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  return child
}

describe('the plain page', () => {
  it('shows recommendations, and after a yes and a click others, because of it', async () => {
    const { page, context, faults } = await visitor(browser)
    await page.goto(origin)
    const items = page.getByRole('listitem')
    await items
      .nth(5)
      .waitFor({ timeout: 10_000 })
      .catch(async () => {
        throw new Error(`${await page.getByRole('status').textContent()} ${faults.join()}`)
      })
    await page.getByRole('heading', { name: 'Popular' }).waitFor()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.getByRole('heading', { name: 'Recommended for you' }).waitFor()
    const before = await items.allTextContents()
    const clicked = (await items.nth(2).getByRole('link').textContent()) ?? ''
    await items.nth(2).getByRole('link').click()
    await expect.poll(() => items.allTextContents(), { timeout: 10_000 }).not.toEqual(before)
    expect((await items.allTextContents()).join(' ')).toContain(clicked)
    const profile = await page.evaluate("localStorage.getItem('visitor')")
    const stored = await shop.client.exportProfile({ profile: String(profile) })
    const events = stored['events'] as { event: { kind: string }; raw: { properties?: object } }[]
    const click = events.find(({ event }) => event.kind === 'product_clicked')
    expect(click?.raw.properties).toMatchObject({ position: 3, decision_token: expect.stringMatching(/\.3$/) })
    expect(faults).toEqual([])
    await context.close()
  })

  it('has what was seen and clicked counted, and a forged token refused, for the page and in the report', async () => {
    const { page, context } = await visitor(browser)
    const counted = async () => {
      const { placements, refusedTokens } = await shop.client.outcomeReport({})
      const { impressions = 0, clicks = 0 } = placements.find(({ placement }) => placement === 'home') ?? {}
      return { impressions, clicks, forged: refusedTokens['TOKEN_INVALID'] ?? 0 }
    }
    await page.goto(origin)
    const items = page.getByRole('listitem')
    await items.nth(5).waitFor()
    await page.getByRole('button', { name: 'Yes' }).click()
    await page.getByRole('heading', { name: 'Recommended for you' }).waitFor()
    const before = await counted()
    await items.nth(1).getByRole('link').click()
    await expect.poll(async () => (await counted()).clicks, { timeout: 10_000 }).toBe(before.clicks + 1)
    await expect
      .poll(async () => (await counted()).impressions, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(before.impressions + 6)
    const {
      decisions: [decision],
    } = await shop.client.recommend({ requests: [{ limit: 2 }] })
    const token = decision?.items[0]?.token ?? ''
    const forged = `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`
    const post = (path: string, body: object) =>
      page.evaluate(
        `fetch(STOREMIND.url + ${JSON.stringify(path)}, { method: 'POST', headers: { authorization: 'Bearer ' + STOREMIND.writeKey },
          body: ${JSON.stringify(JSON.stringify(body))} }).then((response) => response.json())`,
      )
    expect(await post('/v1/outcomes', { clicks: [forged] })).toMatchObject({
      accepted: 0,
      refused: [{ list: 'clicks', index: 0, error: { code: 'TOKEN_INVALID' } }],
    })
    const click = { product_id: decision?.items[0]?.productId, decision_token: forged }
    const event = { type: 'track', messageId: 'forged', anonymousId: 'x', event: 'Product Clicked', properties: click }
    const clicks = (await counted()).clicks
    expect(await post('/v1/batch', { batch: [event] })).toMatchObject({ success: true })
    await expect.poll(async () => (await counted()).forged, { timeout: 10_000 }).toBe(before.forged + 1)
    expect((await counted()).clicks).toBe(clicks)
    await context.close()
  })

  it('remembers nothing before a yes, nor of a browser that objects', async () => {
    for (const objects of [false, true]) {
      const { page, context, faults } = await visitor(browser, { objects })
      const before = (await shop.client.storeSummary()).events
      await page.goto(origin)
      const items = page.getByRole('listitem')
      await items.nth(5).waitFor()
      expect(await page.getByRole('button', { name: 'Yes' }).isVisible()).toBe(!objects)
      await Promise.all([
        page.waitForResponse((response) => response.url().endsWith('/v1/recommendations')),
        items.first().getByRole('link').click(),
      ])
      expect((await shop.client.storeSummary()).events).toBe(before)
      expect(await page.evaluate("localStorage.getItem('visitor')")).toBeNull()
      expect(faults).toEqual([])
      await context.close()
    }
  })

  it('says which error kept it from recommending', async () => {
    const { page, context } = await visitor(browser)
    await page.route('**/config.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: `window.STOREMIND={url:'${shop.url}',readKey:'sm_wrong'}`,
      }),
    )
    await page.goto(origin)
    await page.getByRole('status').getByText('UNAUTHORIZED').waitFor()
    await context.close()
  })
})

it('the back end sends a product and an order, and prints what changed by it', async () => {
  const child = start('node/shop.mjs', '7')
  let out = ''
  child.stdout?.on('data', (text) => {
    out += text
  })
  expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0)
  expect(out).toContain('catalogue: 1 changed, 0 unchanged')
  const [, first = '', after = ''] = out.split(/first visit \(contextual\)\n|after an order \(personalised\)\n/)
  expect(first.match(/^ {2}\d\. .+: .+$/gm)).toHaveLength(5)
  expect(after.match(/^ {2}\d\. .+: .+$/gm)).toHaveLength(5)
  expect(after).not.toBe(first)
  expect((await shop.client.getProduct({ productId: 'example-mug' })).title).toBe('Example mug')
  const stored = await shop.client.exportProfile({ profile: 'shopper-7' })
  expect((stored['events'] as object[]).length).toBe(3)
})

describe('the shop that renders on its server', () => {
  let url = ''
  beforeAll(async () => {
    const child = start('server-rendered/server.mjs')
    url = await new Promise<string>((resolve) => {
      child.stdout?.on('data', (text) => {
        const found = /http:\S+/.exec(String(text))?.[0]
        if (found) resolve(found)
      })
    })
  })

  it('works without script: consent, a click with its token, another answer', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, userAgent: 'Mozilla/5.0 (X11) Chrome/142.0' })
    const page = await context.newPage()
    const basis = () => page.locator('ol').getAttribute('data-basis')
    await page.goto(url)
    expect([await basis(), await page.getByRole('listitem').count()]).toEqual(['contextual', 6])
    await page.getByRole('button', { name: 'Remember what I look at' }).click()
    expect(await basis()).toBe('personalised')
    const before = await page.getByRole('listitem').allTextContents()
    await page.getByRole('listitem').nth(1).getByRole('link').click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/^Product p\d+/)
    await page.getByRole('link', { name: 'Home' }).click()
    expect(await page.getByRole('listitem').allTextContents()).not.toEqual(before)
    const [cookie] = await context.cookies()
    const stored = await shop.client.exportProfile({ profile: cookie?.value ?? '' })
    const kinds = (stored['events'] as { event: { kind: string } }[]).map(({ event }) => event.kind)
    expect(kinds.toSorted()).toEqual(['identified', 'product_clicked', 'product_viewed'])
    expect(await page.content()).not.toContain('sm_')
    await context.close()
  })

  it('uses nothing of a browser that objects, and does not ask it', async () => {
    const answer = await fetch(url, { headers: { 'sec-gpc': '1', cookie: 'visitor=c000001' } })
    const text = await answer.text()
    expect(text).toContain('data-basis="contextual"')
    expect(text).not.toContain('Remember')
  })

  it('shows its own list where Storemind does not answer', async () => {
    const deaf = createServer(() => undefined)
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve))
    const module = new URL('server-rendered/storemind.mjs', EXAMPLES).href
    const code = `import { recommend } from ${JSON.stringify(module)}; console.log(await recommend({ placement: 'home' }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { ...environment, STOREMIND_URL: `http://127.0.0.1:${(deaf.address() as AddressInfo).port}` },
    })
    let out = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    await new Promise((resolve) => child.on('exit', resolve))
    expect(out.trim()).toBe('undefined')
    deaf.closeAllConnections()
    deaf.close()
  })
})
