import { randomFillSync } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, createClient, type Job, ROUTES } from '@storemind/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveConfiguration } from '../contracts/configuration.ts'
import { createStore } from '../storage/store.ts'
import { type Engine, startEngine } from './engine.ts'
import { createLogger } from './logging.ts'

let folder: string
let directory: string
let engine: Engine
let client: Client
const log: string[] = []
const clock = () => Date.now()
const randomBytes = (bytes: Uint8Array) => {
  randomFillSync(bytes)
}

function start(): Promise<Engine> {
  const { values } = resolveConfiguration({ flags: { 'server.port': 0, 'training.dailyAt': 'never' } })
  const logger = createLogger({ level: 'info', destination: { write: (line) => log.push(line) } })
  return startEngine({ directory, configuration: values, clock, randomBytes, logger, checkAnswers: true })
}

/** The client as the command line uses it: through the routes, without a socket. */
function clientOf({ app, localToken }: Engine): Client {
  return createClient({
    transport: {
      url: 'test:',
      async send({ method, path, body, headers }) {
        const payload = body === undefined ? {} : { payload: JSON.stringify(body) }
        const authorized = { ...headers, authorization: `Bearer ${localToken}` }
        const response = await app.inject({ method, url: path, headers: authorized, ...payload })
        return { status: response.statusCode, body: response.json() }
      },
    },
  })
}

async function ended(job: Job): Promise<Job> {
  let now = job
  while (now.endedAt === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    now = await client.getJob({ id: job.id })
  }
  return now
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'storemind-engine-'))
  directory = join(folder, 'store')
  await createStore({ directory, clock, randomBytes })
  engine = await start()
  client = clientOf(engine)
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true })
})

test('every route that the client knows is mounted and documented', async () => {
  const document = (await engine.app.inject('/openapi.json')).json()
  const documented = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap((operations) =>
    Object.values(operations).map(({ operationId }) => operationId),
  )
  expect(documented.toSorted()).toEqual(Object.keys(ROUTES).toSorted())
  for (const { method, path } of Object.values(ROUTES)) expect(engine.app.hasRoute({ method, url: path })).toBe(true)
})

test('the documentation fetches nothing from elsewhere', async () => {
  const page = await engine.app.inject('/docs/')
  expect(page.statusCode).toBe(200)
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address ?? '')
  expect(assets.length).toBeGreaterThan(3)
  for (const asset of assets) {
    expect(asset).not.toMatch(/^(https?:)?\/\//)
    expect((await engine.app.inject(new URL(asset, 'http://x/docs/').pathname)).statusCode, asset).toBe(200)
  }
  // On another machine's plain HTTP, an upgrade of its addresses would leave the page without style and script.
  expect(page.headers['content-security-policy']).toMatch(/default-src 'self'/)
  expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  const front = await engine.app.inject('/')
  expect(front.body).toContain('storemind train')
  expect(front.body).not.toMatch(/https?:\/\//)
})

test('an empty store answers every question without a fault', async () => {
  await expect(client.recommend({ requests: [{}] })).rejects.toMatchObject({ code: 'NO_MODEL' })
  expect(await client.storeSummary()).toMatchObject({ products: 0, events: 0, servingModel: null })
  expect(await client.checkData()).toMatchObject({ verdict: 'not_ready' })
  expect(await client.listProducts()).toEqual({ products: [], next: null })
  expect(await client.listModels()).toEqual({ models: [] })
  expect((await client.storageReport()).bytes).toBeGreaterThan(0)
  await expect(client.listProducts({ after: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(client.getProduct({ productId: '__proto__' })).rejects.toMatchObject({ code: 'PRODUCT_NOT_FOUND' })
  await expect(client.exportProfile({ profile: 'nobody' })).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
  expect(await ended(await client.train({}))).toMatchObject({ status: 'failed', error: { code: 'TOO_LITTLE_DATA' } })
})

test('imports refuse at once what cannot be, and otherwise run as jobs', async () => {
  const request = { importer: 'csv-products', path: join(folder, 'none.csv'), basis: 'contract' as const }
  await expect(client.startImport(request)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  await expect(client.startImport({ ...request, importer: 'x' })).rejects.toMatchObject({ code: 'IMPORTER_UNKNOWN' })
  await expect(client.startImport({ ...request, options: { x: '1' } })).rejects.toMatchObject({
    code: 'OPTION_UNKNOWN',
  })

  const products = Array.from({ length: 30 }, (_, i) => `p${i},Product ${i},${i + 1}.50,Things,in_stock`)
  writeFileSync(join(folder, 'products.csv'), `id,title,price,category,availability\n${products.join('\n')}\n`)
  const done = await ended(await client.startImport({ ...request, path: join(folder, 'products.csv') }))
  expect(done).toMatchObject({ status: 'succeeded', result: { complete: true, counts: { products: 30, problems: 0 } } })
  const first = await client.listProducts({ limit: 20 })
  const second = await client.listProducts({ limit: 20, after: first.next ?? '' })
  expect([...first.products, ...second.products].map(({ id }) => id)).toEqual(products.map((_, i) => `p${i}`))

  const orders = Array.from({ length: 600 }, (_, i) => {
    const day = new Date(Date.UTC(2025, 0, 1 + (i % 120))).toISOString()
    return `o${i},${day},c${i % 40},p${(i * 7 + (i % 3)) % 30},1,2.50`
  })
  writeFileSync(
    join(folder, 'orders.csv'),
    `order_id,time,customer,product_id,quantity,price\n${orders.join('\n')}\nbroken\n`,
  )
  const history = await ended(
    await client.startImport({ importer: 'csv-orders', path: join(folder, 'orders.csv'), basis: 'contract' }),
  )
  expect(history).toMatchObject({ status: 'succeeded', result: { counts: { events: 600, problems: 1 } } })
  const [latest] = (await client.listImports()).imports
  const { problems } = await client.listImportProblems({ id: latest?.id ?? '' })
  expect(problems).toMatchObject([{ line: 602 }])
})

test('a trained version serves at once, and the answers keep their contract', async () => {
  const trained = await ended(await client.train({ seed: 7 }))
  expect(trained).toMatchObject({ status: 'succeeded', result: { version: 1 } })
  await client.promoteModel({ version: 1 }, { force: true })
  const { decisions } = await client.recommend({
    requests: [
      { profile: 'c3', limit: 4 },
      { limit: 2, language: 'zh' },
    ],
  })
  expect(decisions.map(({ items }) => items.length)).toEqual([4, 2])
  const withoutPast = await client.recommend({ requests: [{ profile: 'c3' }] }, { globalPrivacyControl: true })
  expect(withoutPast.decisions[0]?.basis).toBe('contextual')
  const explanation = await client.explainDecision({ id: decisions[0]?.id ?? '', language: 'zh' })
  expect(explanation.decision.items.length).toBe(4)
  const exported = await client.exportProfile({ profile: 'c3' })
  expect(exported).toMatchObject({ decisions: [{ decision: { id: decisions[0]?.id } }] })
  expect(
    await client.putPlacement({
      name: 'news',
      surface: 'home',
      anchor: 'none',
      size: 3,
      policy: {
        inStockOnly: true,
        hideBoughtDays: 0,
        collapseVariants: true,
        maxPerCategory: 0,
        maxPerBrand: 0,
        exploreRate: 0,
        explorePool: 50,
      },
    }),
  ).toMatchObject({ name: 'news' })
  const placed = await client.recommend({ requests: [{ placement: 'news' }] })
  expect(placed.decisions[0]?.items).toHaveLength(3)
  expect((await client.eraseProfile({ profile: 'c3' })).erased).toMatchObject({})
  const erased = await client.recommend({ requests: [{ profile: 'c3' }] })
  expect(erased.decisions[0]).toMatchObject({ basis: 'contextual', cause: 'first_visit' })
  await expect(client.exportProfile({ profile: 'c3' })).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
})

test('nothing of a shopper stands in the log', () => {
  expect(log.length).toBeGreaterThan(0)
  expect(log.join('')).not.toMatch(/\bc3\b|orders\.csv/)
})

test('closing gives the store back, and a start after it finds everything again', async () => {
  await expect(start()).rejects.toMatchObject({ code: 'STORE_LOCKED' })
  await engine.close()
  await engine.close()
  engine = await start()
  client = clientOf(engine)
  expect(await client.storeSummary()).toMatchObject({ products: 30, servingModel: 1 })
  expect((await client.recommend({ requests: [{ limit: 1 }] })).decisions[0]?.items).toHaveLength(1)
})

test('a model whose file was changed is never served, and the log says so', async () => {
  await engine.close()
  const files = join(directory, 'models', '1')
  for (const file of readdirSync(files)) writeFileSync(join(files, file), 'not a model')
  log.length = 0
  engine = await start()
  client = clientOf(engine)
  expect(log.join('')).toMatch(/"version":1.*MODEL_BROKEN/)
  await expect(client.recommend({ requests: [{}] })).rejects.toMatchObject({ code: 'NO_MODEL' })
  await expect(client.promoteModel({ version: 1 }, { force: true })).rejects.toMatchObject({ code: 'MODEL_BROKEN' })
})

test('a folder without a store is refused, and left as it was', async () => {
  const empty = mkdtempSync(join(folder, 'empty-'))
  const { values } = resolveConfiguration({})
  const logger = createLogger({ level: 'silent' })
  const opening = startEngine({ directory: empty, configuration: values, clock, randomBytes, logger })
  await expect(opening).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' })
  expect(readdirSync(empty)).toEqual([])
})
