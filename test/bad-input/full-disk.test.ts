import { execFileSync } from 'node:child_process'
import { createHash, randomFillSync } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodedError } from '../../src/contracts/errors.ts'
import { createIngest } from '../../src/core/profiles/ingest.ts'
import { openSqliteStore } from '../../src/storage/dialects/sqlite/sqlite-store.ts'
import { createStore, openStore } from '../../src/storage/store.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { NOW, openShop, type ShopUnderTest } from './shop-under-test.ts'
import { ORDER_HEADER, soundOrders, soundProducts } from './sound-files.ts'

const { path: root, remove } = temporaryFolder()
afterAll(() => remove())

describe('a database that may not grow', () => {
  it.each([
    ['its rows', { store: 250 }],
    ['the keys that seal them', { keys: 24 }],
  ])(
    'refuses what it cannot keep of %s, keeps what it acknowledged, and takes the rest later',
    async (what, maxPages) => {
      const directory = join(root, `bounded by ${what}`)
      const options = { directory, clock: () => NOW, randomBytes: (bytes: Uint8Array) => void randomFillSync(bytes) }
      await createStore(options)
      const batch = (n: number) =>
        Array.from({ length: 200 }, (_, i) => ({
          source: 'test',
          key: `${n}-${i}`,
          basis: 'contract' as const,
          receivedAt: NOW,
          message: {
            type: 'track' as const,
            event: 'Product Viewed',
            userId: `c${n}-${i}`,
            timestamp: new Date(NOW - i).toISOString(),
            properties: { product_id: `p${n}`, note: incompressible(`${n} ${i}`) },
          },
        }))
      const bounded = await openSqliteStore({ ...options, maxPages })
      const ingest = createIngest({ events: bounded.events, defaultCurrency: 'EUR' })
      let kept = 0
      let refusal: unknown
      for (let n = 0; refusal === undefined && n < 100; n++) {
        await ingest.ingest(batch(n)).then(
          ({ added }) => {
            kept += added
          },
          (error: unknown) => {
            refusal = error
          },
        )
      }
      expect(refusal).toMatchObject({ code: 'DISK_FULL' })
      expect(kept).toBeGreaterThan(0)
      expect(await bounded.events.count()).toBe(kept)
      await bounded.close()

      const store = await openStore(options)
      expect(await store.maintenance.integrity()).toEqual([])
      expect(await store.events.count()).toBe(kept)
      const again = createIngest({ events: store.events, defaultCurrency: 'EUR' })
      for (let n = 0; n * 200 <= kept; n++) {
        const { added, known } = await again.ingest(batch(n))
        expect([added, known]).toEqual(n * 200 < kept ? [0, 200] : [200, 0])
      }
      await store.close()
    },
  )
})

/** 512 characters that no store can keep in fewer than 256 bytes. */
function incompressible(seed: string): string {
  return createHash('shake256', { outputLength: 256 }).update(seed).digest('hex')
}

/** A file system of so many megabytes, or why there is none. */
function smallDisk(megabytes: number): { readonly path: string } | { readonly missing: string } {
  const path = join(root, 'disk')
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { missing: 'only root may mount one' }
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' })
    return { path }
  } catch {
    return { missing: 'this machine does not let one be mounted' }
  }
}

const disk = smallDisk(24)
const mounted = 'path' in disk ? disk.path : ''
afterAll(() => {
  if (mounted !== '') execFileSync('umount', ['-l', mounted])
})

describe.skipIf(mounted === '')(`a full disk${'missing' in disk ? ` (left out: ${disk.missing})` : ''}`, () => {
  let shop: ShopUnderTest
  const ballast = join(mounted, 'ballast')
  beforeAll(async () => {
    shop = await openShop({
      directory: join(mounted, 'store'),
      settings: {
        'server.port': 0,
        'ingest.basis': 'contract',
        'limits.addressPerSecond': 0,
        'limits.keyPerSecond': 0,
      },
    })
    await shop.imported('csv-products', 'products.csv', soundProducts())
    await shop.imported('csv-orders', 'orders.csv', soundOrders())
    expect((await shop.train()).status).toBe('succeeded')
  })
  afterAll(() => shop.close())

  /** Takes all room but so many kilobytes. */
  const fill = (spare: number) => {
    rmSync(ballast, { force: true })
    const file = openSync(ballast, 'w')
    const block = Buffer.alloc(4096)
    try {
      for (;;) writeSync(file, block)
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    } finally {
      fsyncSync(file)
      closeSync(file)
    }
    if (spare > 0) execFileSync('truncate', ['-s', `-${spare}K`, ballast])
  }
  const empty = () => rmSync(ballast, { force: true })
  const shown = async () =>
    (await shop.client.recommend({ requests: [{ profile: 'c1', limit: 3, seed: 5 }] })).decisions[0]

  it('stops an import with a coded error, keeps what was stored, and lets it complete later', async () => {
    const rows = Array.from({ length: 12_000 }, (_, n) => `full${n},2026-02-01,p${n % 20},shopper${n % 3000},1,1.00`)
    const path = join(root, 'many.csv')
    writeFileSync(path, `${[ORDER_HEADER, ...rows].join('\n')}\n`)
    const before = (await shop.client.storeSummary()).events
    fill(1500)
    const job = await shop.import('csv-orders', path)
    expect([job.status, job.error?.code]).toEqual(['failed', 'DISK_FULL'])
    empty()
    const stored = (await shop.client.storeSummary()).events - before
    expect(stored).toBeLessThan(12_000)
    const again = await shop.imported('csv-orders', path)
    expect(again.counts).toMatchObject({ events: 12_000 - stored, eventsKnown: stored, problems: 0 })
    expect(await shop.engine.store.maintenance.integrity()).toEqual([])
  })

  it('stops a training run, whose model is never served', async () => {
    const serving = (await shop.client.storeSummary()).servingModel
    for (const spare of [0, 60]) {
      fill(spare)
      const job = await shop.train().catch((error: unknown) => error)
      const code = Reflect.get(Object(job), 'code') ?? Reflect.get(Object(Reflect.get(Object(job), 'error')), 'code')
      expect([spare, code]).toEqual([spare, 'DISK_FULL'])
      empty()
      expect((await shop.client.storeSummary()).servingModel).toBe(serving)
      expect((await shown())?.modelVersion).toBe(serving)
    }
    const versions = (await shop.client.listModels()).models.map(({ version }) => String(version))
    expect(readdirSync(join(shop.directory, 'models')).sort()).toEqual(versions.sort())
  })

  it('stops a backup, which leaves nothing that looks like one', async () => {
    fill(200)
    const to = join(mounted, 'backup')
    const outcome = await shop.client.backUp({ to }).then(shop.ended, (error: unknown) => error)
    const code =
      Reflect.get(Object(outcome), 'code') ?? Reflect.get(Object(Reflect.get(Object(outcome), 'error')), 'code')
    expect(code).toBe('DISK_FULL')
    expect(existsSync(to)).toBe(false)
    empty()
    expect(readdirSync(mounted).sort()).toEqual(['store', 'store-files'])
  })

  it('answers live events that it cannot keep with 507, and has each once when they are sent again', async () => {
    const url = await shop.engine.listen()
    const { secret } = await shop.client.createKey({ name: 'shop', scopes: ['write'] })
    const headers = { authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}` }
    const post = async (n: number) => {
      const batch = Array.from({ length: 100 }, (_, i) => ({
        type: 'track',
        event: 'Product Viewed',
        messageId: `full ${n} ${i}`,
        userId: `visitor${n}-${i}`,
        properties: { product_id: 'p1', note: incompressible(`live ${n} ${i}`) },
      }))
      const response = await fetch(`${url}/v1/batch`, { method: 'POST', headers, body: JSON.stringify({ batch }) })
      return { status: response.status, text: await response.text() }
    }
    const before = (await shop.client.storeSummary()).events
    fill(1000)
    let sent = 0
    let answer = await post(sent++)
    while (answer.status === 200 && sent < 100) answer = await post(sent++)
    expect(sent, 'some were acknowledged before').toBeGreaterThan(1)
    expect(answer.status).toBe(507)
    expect(answer.text).toContain('DISK_FULL')
    empty()
    expect((await shop.client.storeSummary()).events - before).toBe((sent - 1) * 100)
    for (let n = 0; n < sent; n++) expect((await post(n)).status).toBe(200)
    expect((await shop.client.storeSummary()).events - before).toBe(sent * 100)
    expect(await shop.engine.store.maintenance.integrity()).toEqual([])
  })

  it('refuses a decision that it cannot log, and answers again when there is room', async () => {
    fill(0)
    let refused: unknown
    for (let n = 0; refused === undefined && n < 2000; n++) {
      refused = await shown().then(
        () => undefined,
        (error: unknown) => error,
      )
    }
    expect(refused).toMatchObject({ code: 'DISK_FULL', status: 507 })
    expect(refused).not.toBeInstanceOf(CodedError)
    empty()
    expect((await shown())?.items).toHaveLength(3)
    await shop.reopen()
    expect(await shop.engine.store.maintenance.integrity()).toEqual([])
    expect((await shown())?.items).toHaveLength(3)
  })
})
