import chromium from '@sparticuz/chromium'
import { type Browser, type BrowserContext, type Page, chromium as playwright } from 'playwright-core'

/** What a person's Chromium says; a headless one says that it is headless, and its events are marked as a bot's. */
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36'

/**
 * Of the package's own arguments, those are left out that run everything in one process, which ends with the first page
 * that is closed, and those that switch off what keeps pages of different origins apart.
 */
const LEFT_OUT = new Set([
  '--single-process',
  '--no-zygote',
  '--disable-web-security',
  '--disable-site-isolation-trials',
  '--allow-running-insecure-content',
])

export async function launchBrowser(): Promise<Browser> {
  const args = chromium.args.filter((argument) => !LEFT_OUT.has(argument))
  return playwright.launch({ executablePath: await chromium.executablePath(), args, headless: true })
}

/** A visitor's own browser: nothing is kept from another one. What went wrong on its pages stands in `faults`. */
export async function visitor(
  browser: Browser,
  options: { readonly objects?: boolean; readonly width?: number } = {},
): Promise<{ context: BrowserContext; page: Page; faults: string[] }> {
  const context = await browser.newContext({
    userAgent: AGENT,
    locale: 'en-GB',
    viewport: { width: options.width ?? 1280, height: 900 },
    ...(options.objects ? { extraHTTPHeaders: { 'sec-gpc': '1' } } : {}),
  })
  if (options.objects) {
    await context.addInitScript("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })")
  }
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  return { context, page, faults }
}
