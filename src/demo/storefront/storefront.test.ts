import chromium from '@sparticuz/chromium'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Decision, DecisionRequest, Explanation } from '../../contracts/decision.ts'
import { errorBody } from '../../contracts/errors.ts'
import { CHINESE_TITLE } from '../catalogue/describe.ts'
import { createWorld } from '../world.ts'
import { storefrontFiles, storefrontPicture } from './files.ts'

const ORIGIN = 'http://store.test'
const products = [...createWorld({ seed: 5, products: 60, shoppers: 10, days: 30 }).products()]
const SHOPPERS = [
  { id: 'c000001', label: 'Maya: likes Coffee' },
  { id: 'c000002', label: 'Jonas: said no to personalisation' },
]

describe('the files of the storefront', () => {
  it('are a page, a style and modules without types, none of which names another site', () => {
    const files = storefrontFiles()
    expect(files.map((file) => file.path)).toEqual(
      expect.arrayContaining(['', 'style.css', 'page/app.ts', 'page/why.ts']),
    )
    expect(files.filter((file) => file.path.includes('test'))).toEqual([])
    const outside = files.flatMap((file) => file.body.match(/(?:https?:)?\/\/(?!www\.w3\.org)[a-z]+\.[a-z.]+/g) ?? [])
    expect(outside).toEqual([])
    expect(files.find((file) => file.path === 'page/api.ts')?.body).not.toMatch(/import type|: Promise</)
  })

  it('draw pictures by name only', () => {
    expect(storefrontPicture('mug-7-2.svg')?.type).toBe('image/svg+xml')
    expect(storefrontPicture('../../etc/passwd')).toBeUndefined()
  })
})

describe('the storefront in a browser', () => {
  let browser: Browser
  let page: Page
  /** What the page asked the API for. */
  let asked: DecisionRequest[] = []
  let faults: string[] = []
  let broken = false

  beforeAll(async () => {
    // The package's own arguments run everything in one process, which ends with the first page that is closed.
    const args = chromium.args.filter((argument) => argument !== '--single-process' && argument !== '--no-zygote')
    browser = await playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true })
  }, 120_000)
  afterAll(() => browser?.close())

  beforeEach(async () => {
    asked = []
    faults = []
    broken = false
    page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => message.type() === 'error' && !broken && faults.push(message.text()))
    const files = new Map(storefrontFiles().map((file) => [`/demo/${file.path}`, file]))
    await page.route(`${ORIGIN}/**`, async (route) => {
      const { pathname, searchParams } = new URL(route.request().url())
      const picture = storefrontPicture(pathname.replace('/demo/pictures/', ''))
      const file = files.get(pathname) ?? picture
      if (file) return route.fulfill({ contentType: file.type, body: file.body })
      const [status, body] = answer(pathname, searchParams, route.request().postDataJSON())
      return route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })
    })
  })
  afterEach(async () => {
    await page.close()
    expect(faults).toEqual([])
  })

  /** A stand-in for the API that answers what its contracts say. */
  function answer(
    path: string,
    query: URLSearchParams,
    body: { requests: DecisionRequest[] } | null,
  ): [number, unknown] {
    if (path === '/demo/config.json')
      return [200, { key: 'read-key', writeKey: 'write-key', store: 'Demo store', shoppers: SHOPPERS }]
    if (path === '/v1/batch') return [200, { success: true }]
    if (broken) return [503, { error: errorBody('NO_MODEL') }]
    if (path === '/v1/recommendations' && body?.requests[0]) {
      asked.push(body.requests[0])
      return [200, { decisions: [decide(body.requests[0])] }]
    }
    if (path.endsWith('/explanation')) return [200, explain(query.get('language') === 'zh')]
    if (path === '/v1/products') {
      const from = Number(query.get('after') ?? 0)
      const to = from + Number(query.get('limit'))
      return [200, { products: products.slice(from, to), next: to < products.length ? String(to) : null }]
    }
    const product = products.find(({ id }) => path === `/v1/products/${id}`)
    return product ? [200, product] : [404, { error: errorBody('PRODUCT_NOT_FOUND', { product: path }) }]
  }

  const heading = (level: number, name?: string | RegExp) =>
    page.getByRole('heading', { level, ...(name ? { name } : {}) })
  const open = async (hash = '') => {
    await page.goto(`${ORIGIN}/demo/${hash}`)
    await heading(1).waitFor()
  }

  it('shows recommendations with their reasons to the first sample shopper', async () => {
    await open()
    expect(asked).toEqual([{ profile: 'c000001', language: 'en', placement: 'home', limit: 12 }])
    const shelf = page.getByRole('region', { name: 'Recommended for you' })
    expect(await shelf.getByRole('listitem').count()).toBe(12)
    expect(await shelf.getByText('Because you bought').count()).toBeGreaterThan(0)
  })

  it('asks without a shopper on a first visit, and without history when told so', async () => {
    await open()
    await page.getByLabel('Shop as').selectOption('')
    await heading(2, 'Popular right now').waitFor()
    expect(asked.at(-1)).not.toHaveProperty('profile')
    await page.getByLabel('Shop as').selectOption('c000001')
    await heading(2, 'Recommended for you').waitFor()
    await page.getByLabel('Use my history').uncheck()
    await heading(2, 'Popular right now').waitFor()
    expect(asked.at(-1)).toMatchObject({ profile: 'c000001', personalise: false })
  })

  it('asks a first visit for consent, and nobody else', async () => {
    await open()
    expect(await page.getByRole('button', { name: 'Yes, remember' }).count()).toBe(0)
    await page.getByLabel('Shop as').selectOption('')
    await page.getByRole('button', { name: 'Yes, remember' }).waitFor()
    if (process.env['STOREFRONT_SCREENSHOTS']) await consentScreenshots(process.env['STOREFRONT_SCREENSHOTS'])
    await page.getByRole('button', { name: 'No, thanks' }).click()
    await page.getByRole('button', { name: 'Change my privacy choice' }).click()
    await page.getByRole('button', { name: 'Yes, remember' }).click()
    await expect.poll(() => asked.at(-1)?.profile).toMatch(/^[0-9a-f]{32}$/)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280)
  })

  it('explains an item by keyboard alone, and gives the focus back', async () => {
    await open()
    const why = page.getByRole('button', { name: /^Why am I seeing this/ }).first()
    await why.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Why you see this' })
    await dialog.getByText('The whole story.').waitFor()
    expect(await dialog.getByText('70%').count()).toBe(1)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await why.evaluate((button) => button === document.activeElement)).toBe(true)
  })

  it('leads from a card to the product, into the cart, and out of it again', async () => {
    await open()
    await page.getByRole('region', { name: 'Recommended for you' }).getByRole('link').first().click()
    await heading(1, products[0]?.title ?? '').waitFor()
    expect(asked.at(-1)).toMatchObject({ placement: 'product_page', productId: products[0]?.id })
    expect(await heading(2, 'Bought together with this').count()).toBe(1)
    expect(await heading(2, 'Similar to this').count()).toBe(1)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    expect(await page.getByRole('status').filter({ hasText: 'Added' }).count()).toBe(1)
    await page.getByRole('link', { name: 'Cart 1' }).click()
    await heading(1, 'Your cart').waitFor()
    expect(asked.at(-1)).toMatchObject({ placement: 'cart', cart: [products[0]?.id] })
    await page.getByRole('button', { name: /^Remove/ }).click()
    await page.getByText('Your cart is empty.').waitFor()
  })

  it('speaks Chinese when asked: page, titles and language of the request', async () => {
    await open()
    await page.getByRole('button', { name: '中文' }).click()
    await heading(2, '为您推荐').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('zh')
    expect(asked.at(-1)?.language).toBe('zh')
    expect(
      await page.getByRole('link', { name: products[0]?.attributes[CHINESE_TITLE] ?? '' }).count(),
    ).toBeGreaterThan(0)
  })

  it('shows more of the catalogue until its end', async () => {
    await open()
    const all = page.getByRole('region', { name: 'All products' })
    const more = all.getByRole('button', { name: 'Show more' })
    while (await more.isVisible()) {
      const before = await all.getByRole('listitem').count()
      await more.click()
      await expect.poll(() => all.getByRole('listitem').count()).toBeGreaterThan(before)
    }
    expect(await all.getByRole('listitem').count()).toBe(products.length)
  })

  it('says what is wrong when the store cannot answer', async () => {
    broken = true
    await open()
    const alert = page.getByRole('alert').first()
    expect(await alert.textContent()).toContain(errorBody('NO_MODEL').what)
  })

  it('says so when a product does not exist', async () => {
    broken = true
    await page.goto(`${ORIGIN}/demo/#/product/nothing`)
    await page.getByRole('alert').waitFor()
  })

  it.each([1280, 390])(
    'fits a width of %i px: nothing is cut off, all that can be pressed is named and high enough',
    async (width) => {
      await page.setViewportSize({ width, height: 844 })
      await open()
      if (process.env['STOREFRONT_SCREENSHOTS']) await screenshots(process.env['STOREFRONT_SCREENSHOTS'], width)
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      const controls = await page.locator(':is(header, main) :is(button, select), header a').evaluateAll((all) =>
        all.map((one) => ({
          text: one.textContent || one.getAttribute('aria-label') || one.id,
          height: one.getBoundingClientRect().height,
        })),
      )
      expect(controls.filter(({ text, height }) => text === '' || height < 40)).toEqual([])
      for (const role of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(role).count()).toBe(1)
      expect(await heading(1).count()).toBe(1)
      // The name and the cart share the first line of the header.
      const middle = async (part: string) => {
        const box = await page.locator(`header ${part}`).boundingBox()
        return box === null ? Number.NaN : box.y + box.height / 2
      }
      expect(Math.abs((await middle('.brand')) - (await middle('.cart-link')))).toBeLessThan(8)
    },
  )

  it('shows the next page from its top', async () => {
    await open()
    const name = page.getByRole('region').first().locator('h3 a').last()
    await name.scrollIntoViewIfNeeded()
    await name.click()
    await page.locator('.crumbs').waitFor()
    expect(await page.evaluate(() => window.scrollY)).toBe(0)
  })

  it('begins with a link past the header', async () => {
    await open()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
  })

  async function consentScreenshots(folder: string): Promise<void> {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 })
      await page.screenshot({ path: `${folder}/consent-${width}.png` })
    }
    await page.setViewportSize({ width: 1280, height: 900 })
  }

  async function screenshots(folder: string, width: number): Promise<void> {
    await page.screenshot({ path: `${folder}/home-${width}.png` })
    await page
      .getByRole('button', { name: /^Why am I/ })
      .first()
      .click()
    await page.getByText('The whole story.').waitFor()
    await page.screenshot({ path: `${folder}/why-${width}.png` })
    await page.keyboard.press('Escape')
    await page.getByRole('region', { name: 'Recommended for you' }).getByRole('link').first().click()
    await heading(1, products[0]?.title ?? '').waitFor()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.screenshot({ path: `${folder}/product-${width}.png` })
    await page.getByRole('link', { name: 'Cart 1' }).click()
    await heading(1, 'Your cart').waitFor()
    await page.screenshot({ path: `${folder}/cart-${width}.png` })
    await page.getByRole('button', { name: '中文' }).click()
    await page.goto(`${ORIGIN}/demo/#/`)
    await heading(2, '为您推荐').waitFor()
    await page.screenshot({ path: `${folder}/chinese-${width}.png`, fullPage: true })
    await page.getByRole('button', { name: 'EN' }).click()
    await heading(2, 'Recommended for you').waitFor()
  }
})

const DECISION_ID = '01935b1e-7c00-7000-8000-000000000001'

function decide({ profile, placement = 'home', limit = 10, personalise, language }: DecisionRequest): Decision {
  const personal = profile !== undefined && personalise !== false
  const chinese = language === 'zh'
  const codes =
    placement === 'product_page'
      ? (['bought_together', 'similar_to', 'popular'] as const)
      : placement === 'cart'
        ? (['because_in_cart'] as const)
        : personal
          ? (['because_bought', 'category_affinity', 'bought_before'] as const)
          : (['popular'] as const)
  const texts: Record<string, string> = {
    because_bought: `${chinese ? '因为您买过' : 'Because you bought'} ${products[3]?.title}`,
    category_affinity: chinese ? '您常选购「Coffee」类商品' : 'You often choose from Coffee',
    bought_before: chinese ? '您买过 3 次' : 'You bought this 3 times',
    bought_together: `Often bought together with ${products[9]?.title}`,
    similar_to: `Similar to ${products[9]?.title}`,
    popular: chinese ? '店内热销' : 'Popular in this store',
    because_in_cart: `Goes with ${products[0]?.title} in your cart`,
  }
  return {
    id: DECISION_ID,
    placement,
    ...(profile ? { profile } : {}),
    basis: personal ? 'personalised' : 'contextual',
    at: 0,
    modelVersion: 3,
    refused: {},
    items: Array.from({ length: limit }, (_, n) => {
      const product = products[(n * 7) % products.length]
      const code = codes[n % codes.length] ?? 'popular'
      const offer = product?.offers[0]
      return {
        productId: product?.id ?? '',
        name: product?.title ?? '',
        position: n + 1,
        score: 1 / (n + 1),
        propensity: 0.98,
        reasons: [
          { code, text: texts[code] ?? code, weight: 0.7 },
          { code: 'popular' as const, text: texts['popular'] ?? '', weight: 0.3 },
        ],
        ...(product?.imageLink ? { imageLink: product.imageLink } : {}),
        ...(offer ? { priceMicros: offer.priceMicros, currency: offer.currency } : {}),
      }
    }),
  }
}

function explain(chinese: boolean): Explanation {
  return {
    decision: decide({ profile: 'c000001', limit: 12, ...(chinese ? { language: 'zh' as const } : {}) }),
    seed: 1,
    summary: [
      'The whole story.',
      'For the placement home, 12 products were chosen.',
      'The shopper’s own history was used, with consent.',
      'Model version 3 ranked the products.',
      '14 candidates were refused: out of stock.',
    ],
    replayable: false,
  }
}
