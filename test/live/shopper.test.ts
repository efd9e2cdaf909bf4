import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Decision } from '../../src/contracts/decision.ts'
import { launchBrowser, visitor } from './browser.ts'
import { openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'

/* A whole server over HTTP, and a person's browser in the storefront. */

let shop: SimulatedShop
let browser: Browser
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([openSimulatedShop(), launchBrowser()])
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await shop?.close()
})

const shelf = (page: Page, name: string) => page.getByRole('region', { name })
const titles = (page: Page, name: string) => shelf(page, name).getByRole('heading', { level: 3 }).allTextContents()
const isPost = (request: Request, path: string) => request.method() === 'POST' && request.url().endsWith(path)

interface Message {
  readonly event?: string
  readonly properties?: Readonly<Record<string, unknown>>
}

/** What the page was answered and what it told, read when all of it is there: the page draws before this test reads. */
function listen(page: Page) {
  const answers: Promise<Decision[]>[] = []
  const told: { readonly messages: readonly Message[]; readonly status: number }[] = []
  page.on('response', (response) => {
    const request = response.request()
    if (isPost(request, '/v1/recommendations')) {
      const answer = response.json().then(
        ({ decisions }) => decisions ?? [],
        () => [],
      )
      answers.push(answer)
    }
    if (isPost(request, '/v1/batch')) told.push({ messages: request.postDataJSON().batch, status: response.status() })
  })
  return {
    told,
    decisions: async () => (await Promise.all(answers)).flat(),
    events: () => told.flatMap(({ messages }) => messages.map(({ event }) => event)),
  }
}

async function home(page: Page): Promise<void> {
  await page.goto(`${shop.url}/demo/`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

async function arriveAsNobody(page: Page): Promise<void> {
  // Chosen beforehand: a sample shopper's page would have told what was seen on it.
  await page.addInitScript("sessionStorage.setItem('storemind-demo', JSON.stringify({ shopper: '' }))")
  await home(page)
  await shelf(page, 'Popular right now').waitFor()
}

describe('a first visit', () => {
  it('is asked before anything is remembered, and after a no nothing is', async () => {
    const { page, context, faults } = await visitor(browser)
    const { events, decisions } = listen(page)
    const before = (await shop.client.storeSummary()).events
    await arriveAsNobody(page)
    await shelf(page, 'Popular right now').getByRole('link').first().click()
    await page.locator('.crumbs').waitFor()
    await page.getByRole('button', { name: 'No, thanks' }).click()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.locator('header .brand').click()
    await shelf(page, 'Popular right now').waitFor()
    expect(await page.getByRole('button', { name: 'No, thanks' }).count()).toBe(0)
    expect([events(), (await shop.client.storeSummary()).events]).toEqual([[], before])
    expect((await decisions()).at(-1)).not.toHaveProperty('profile')
    expect((await decisions()).at(-1)?.basis).toBe('contextual')
    expect(faults).toEqual([])
    await context.close()
  })

  it('sees the next answer change by a click, after a yes, with the model that was there before', async () => {
    const { page, context, faults } = await visitor(browser)
    const { events, decisions, told } = listen(page)
    await arriveAsNobody(page)
    await page.getByRole('button', { name: 'Yes, remember' }).click()
    await shelf(page, 'Recommended for you').waitFor()
    const first = (await decisions()).at(-1)
    expect(first?.profile).toMatch(/^[0-9a-f]{32}$/)
    const clicked = first?.items[3]
    await shelf(page, 'Recommended for you')
      .getByRole('link', { name: clicked?.name ?? '' })
      .click()
    await page.getByRole('heading', { level: 1, name: clicked?.name ?? '' }).waitFor()
    await page.locator('header .brand').click()
    await shelf(page, 'Recommended for you').waitFor()
    const next = (await decisions()).at(-1)
    expect(next).toMatchObject({ basis: 'personalised', modelVersion: first?.modelVersion })
    expect(next?.items.map(({ productId }) => productId)).not.toEqual(first?.items.map(({ productId }) => productId))
    // It is because of the click, and says so.
    const because = next?.items.flatMap(({ reasons }) =>
      reasons.filter(({ productId }) => productId === clicked?.productId),
    )
    expect(because?.length).toBeGreaterThan(0)
    expect(events()).toEqual(expect.arrayContaining(['Product Clicked', 'Product Viewed']))
    expect(told.every(({ status }) => status === 200)).toBe(true)
    const click = told.flatMap(({ messages }) => messages).find(({ event }) => event === 'Product Clicked')
    expect(click?.properties).toMatchObject({
      product_id: clicked?.productId,
      position: 4,
      decision_token: clicked?.token,
    })
    expect(faults).toEqual([])
    await context.close()
  })

  it('is forgotten for recommendations as soon as the yes is taken back', async () => {
    const { page, context } = await visitor(browser)
    const { decisions } = listen(page)
    await arriveAsNobody(page)
    await page.getByRole('button', { name: 'Yes, remember' }).click()
    await shelf(page, 'Recommended for you').waitFor()
    const profile = (await decisions()).at(-1)?.profile ?? ''
    await shelf(page, 'Recommended for you').getByRole('link').first().click()
    await page.locator('.crumbs').waitFor()
    const withdrawn = page.waitForResponse((response) => isPost(response.request(), '/v1/batch'))
    await page.getByRole('button', { name: 'Change my privacy choice' }).click()
    await withdrawn
    await page.getByRole('button', { name: 'Yes, remember' }).waitFor()
    const {
      decisions: [asked],
    } = await shop.client.recommend({ requests: [{ profile }] })
    expect(asked?.basis).toBe('contextual')
    await context.close()
  })
})

describe('a known shopper', () => {
  it('sees the next answer change by a click and by an order', async () => {
    const { page, context, faults } = await visitor(browser)
    const { events, decisions } = listen(page)
    await home(page)
    await shelf(page, 'Recommended for you').waitFor()
    const before = await titles(page, 'Recommended for you')
    await shelf(page, 'All products').getByRole('link').nth(5).click()
    await page.locator('.crumbs').waitFor()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('link', { name: 'Cart 1' }).click()
    await page.getByRole('button', { name: 'Order now' }).click()
    await page.getByText('Your cart is empty.').waitFor()
    await page.locator('header .brand').click()
    await shelf(page, 'Recommended for you').waitFor()
    expect(await titles(page, 'Recommended for you')).not.toEqual(before)
    expect(events()).toEqual(expect.arrayContaining(['Product Viewed', 'Product Added', 'Order Completed']))
    expect((await decisions()).at(-1)?.profile).toBe(shop.shoppers[0]?.id)
    expect(faults).toEqual([])
    await context.close()
  })

  it('that objects by the browser is told so; nothing is recorded and nothing used', async () => {
    const { page, context, faults } = await visitor(browser, { objects: true })
    const { events, decisions } = listen(page)
    await home(page)
    await page.getByText('Global Privacy Control').waitFor()
    await shelf(page, 'Popular right now').getByRole('link').first().click()
    await page.locator('.crumbs').waitFor()
    expect((await decisions()).every(({ basis }) => basis === 'contextual')).toBe(true)
    expect(events()).toEqual([])
    expect(faults).toEqual([])
    await context.close()
  })
})

it('what is in sight is told as seen, with the token of each item, once', async () => {
  const { page, context } = await visitor(browser)
  const { told } = listen(page)
  const seen = () =>
    told
      .flatMap(({ messages }) => messages)
      .filter(({ event }) => event === 'Product List Viewed')
      .flatMap(({ properties }) => properties?.['products'] as { decision_token: string; position: number }[])
  await home(page)
  await expect.poll(() => seen().length, { timeout: 10_000 }).toBeGreaterThan(3)
  await page.getByRole('contentinfo').scrollIntoViewIfNeeded()
  await shelf(page, 'Recommended for you').getByRole('listitem').last().scrollIntoViewIfNeeded()
  await expect.poll(() => seen().length, { timeout: 10_000 }).toBe(12)
  const tokens = seen().map(({ decision_token }) => decision_token)
  expect(new Set(tokens).size).toBe(12)
  expect(seen().every(({ decision_token, position }) => decision_token.endsWith(`.${position}`))).toBe(true)
  await context.close()
})
