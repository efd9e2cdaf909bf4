import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { googleMerchant } from '../connectors/google-merchant/importer.ts'
import type { Importer, ImportItem } from '../connectors/kit/importer.ts'
import { segmentJsonl } from '../connectors/segment-jsonl/importer.ts'
import { SegmentMessage } from '../contracts/event.ts'
import { Product } from '../contracts/product.ts'
import { CHINESE_TITLE } from './catalogue/describe.ts'
import { picture } from './catalogue/picture.ts'
import { GROUPS } from './catalogue/taxonomy.ts'
import { brandName } from './catalogue/words.ts'
import { lifeOf, visits } from './history/history.ts'
import { messagesOf } from './history/messages.ts'
import { createWorld } from './world.ts'
import { writeWorld } from './writer.ts'

const SMALL = { seed: 7, products: 120, shoppers: 60, days: 120 }

describe('a simulated store', () => {
  const world = createWorld(SMALL)
  const products = [...world.products()]
  const messages = [...world.messages()]

  it('describes exactly the number of products asked for, each a valid product with its own id and title', () => {
    expect(products).toHaveLength(120)
    expect(products.filter((product) => !Check(Product, product))).toEqual([])
    expect(new Set(products.map((product) => product.id)).size).toBe(120)
    expect(new Set(products.map((product) => product.title)).size).toBe(120)
    expect(new Set(products.map((product) => product.attributes[CHINESE_TITLE])).size).toBe(120)
  })

  it('draws a picture for every product', () => {
    const names = products.map((product) => product.imageLink?.split('/').at(-1) ?? '')
    expect(names.filter((name) => picture(name) === undefined)).toEqual([])
  })

  it('gives variants of one family one group, and no group to single products', () => {
    const groups = Map.groupBy(products, (product) => product.groupId)
    const single = groups.get(undefined) ?? []
    groups.delete(undefined)
    expect(single.length).toBeGreaterThan(0)
    expect([...groups.values()].filter((members) => members.length < 2)).toEqual([])
    expect([...groups.values()].filter((members) => new Set(members.map((one) => one.brand)).size > 1)).toEqual([])
  })

  it('tells valid messages with ids of their own, naming only products of the catalogue', () => {
    expect(messages.length).toBeGreaterThan(1000)
    expect(messages.filter((message) => !Check(SegmentMessage, message))).toEqual([])
    expect(new Set(messages.map((message) => message.messageId)).size).toBe(messages.length)
    const known = new Set(products.map((product) => product.id))
    const named = messages.flatMap((message) => productsOf(message))
    expect(named.filter((id) => !known.has(id))).toEqual([])
  })

  it('stays within the days asked for, save refunds that come back later', () => {
    const from = world.options.until - SMALL.days * 86_400_000
    const times = messages.filter((one) => one.event !== 'Order Refunded').map((one) => Date.parse(one.timestamp ?? ''))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(from)
    // A visit may begin shortly before the last midnight and end after it.
    expect(Math.max(...times)).toBeLessThan(world.options.until + 6 * 3_600_000)
  })

  it('tells visits in the order in which they began', () => {
    const starts = [...visits(world.catalogue, world.options)].map((visit) => visit.startedAt)
    expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  })

  it('tells one life the same way alone as among everybody', () => {
    const crowd = [...visits(world.catalogue, world.options)].filter((visit) => visit.shopper.index === 5)
    const told = crowd.flatMap((visit) => visit.steps).filter((step) => step.kind !== 'refunded')
    const alone = lifeOf(world.catalogue, world.options, 5).visits.flatMap((visit) => visit.steps)
    expect(told.length).toBeGreaterThan(0)
    expect(told).toEqual(alone.filter((step) => step.kind !== 'refunded'))
  })

  it('refunds only what was ordered before', () => {
    const ordered = new Map<unknown, string[]>()
    let refunds = 0
    for (const message of createWorld({ ...SMALL, refunds: 0.5 }).messages()) {
      const order = message.properties?.['order_id']
      if (message.event === 'Order Completed') ordered.set(order, productsOf(message))
      if (message.event !== 'Order Refunded') continue
      refunds++
      expect(ordered.get(order)).toEqual(expect.arrayContaining(productsOf(message)))
    }
    expect(refunds).toBeGreaterThan(5)
  })

  it('names a shopper only after a login on that device', () => {
    const named = new Set<string>()
    for (const visit of visits(world.catalogue, world.options)) {
      for (const message of messagesOf(world.catalogue, visit)) {
        if (message.type === 'identify') named.add(String(message.anonymousId))
        else if (message.userId && message.event !== 'Order Refunded') expect(named).toContain(message.anonymousId)
      }
    }
    expect(named.size).toBeGreaterThan(10)
  })

  it('marks the visits of those who said no, and has crawlers', () => {
    const refused = messages.filter((message) => JSON.stringify(message.context).includes('"personalisation":false'))
    expect(refused.length).toBeGreaterThan(0)
    expect(messages.some((message) => String(message.context?.['userAgent']).includes('bot'))).toBe(true)
    const willing = [...createWorld({ ...SMALL, withoutConsent: 0, bots: 0 }).messages()]
    expect(JSON.stringify(willing)).not.toMatch(/"personalisation":false|bot/i)
  })

  it('changes with the seed', () => {
    expect([...createWorld({ ...SMALL, seed: 8 }).products()]).not.toEqual(products)
  })

  it('refuses sizes that make no store', () => {
    expect(() => createWorld({ products: 7 })).toThrow(RangeError)
    expect(() => createWorld({ shoppers: 0.5 })).toThrow(RangeError)
    expect(() => createWorld({ refunds: Number.NaN })).toThrow(RangeError)
  })

  it.each([8, 41, 999])('makes a store of %i products', (size) => {
    expect([...createWorld({ ...SMALL, products: size }).products()]).toHaveLength(size)
  })
})

describe('the files of a simulated store', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'storemind-demo-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('are the same bytes for the same seed and size', async () => {
    const digest = async (name: string) => {
      const written = await writeWorld(createWorld(SMALL), join(directory, name))
      const bytes = await Promise.all([written.products, written.events].map((path) => readFile(path)))
      return bytes.map((one) => createHash('sha256').update(one).digest('hex'))
    }
    expect(await digest('one')).toEqual(await digest('two'))
  })

  it('hold one line a product under a header, and one message a line', async () => {
    const written = await writeWorld(createWorld(SMALL), join(directory, 'three'))
    const feed = (await readFile(written.products, 'utf8')).trimEnd().split('\n')
    const columns = feed[0]?.split('\t').length
    expect(feed).toHaveLength(121)
    expect(feed.filter((line) => line.split('\t').length !== columns)).toEqual([])
    const events = (await readFile(written.events, 'utf8')).trimEnd().split('\n')
    expect(events).toHaveLength(written.counts.events)
    expect(events.every((line) => Check(SegmentMessage, JSON.parse(line)))).toBe(true)
  })

  it('are read by the importers as what was simulated', async () => {
    const world = createWorld(SMALL)
    const written = await writeWorld(world, join(directory, 'six'))
    const products = await importAll(googleMerchant, written.products)
    // The feed has no column that says what is bought again and again.
    const described = [...world.products()].map(({ replenishable: _, ...product }) => product)
    expect(products.map((item) => (item.kind === 'product' ? item.product : item))).toEqual(described)
    const events = await importAll(segmentJsonl, written.events)
    expect(events.map((item) => (item.kind === 'event' ? item.message : item))).toEqual([...world.messages()])
    expect(new Set(events.map((item) => (item.kind === 'event' ? item.key : ''))).size).toBe(events.length)
  })

  it('name shoppers to try, one of whom said no', async () => {
    const { guide } = await writeWorld(createWorld({ ...SMALL, shoppers: 200 }), join(directory, 'four'))
    expect(guide.shoppers.length).toBeGreaterThanOrEqual(4)
    expect(guide.shoppers.at(-1)?.label).toContain('said no')
  })

  it('stop when they are told to', async () => {
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(writeWorld(createWorld(SMALL), join(directory, 'five'), { signal: stop })).rejects.toThrow()
  })
})

describe('the vocabulary of goods', () => {
  it('has leaves with names of their own, of shapes that can be drawn', () => {
    const leaves = GROUPS.flatMap((group) => group.leaves)
    expect(leaves.length).toBeGreaterThan(140)
    expect(new Set(leaves.map((leaf) => leaf.name)).size).toBe(leaves.length)
    expect(leaves.filter((leaf) => picture(`${leaf.shape}-0-0.svg`) === undefined)).toEqual([])
  })

  it('gives 2,160 brands names of their own', () => {
    expect(new Set(Array.from({ length: 2160 }, (_, brand) => brandName(brand))).size).toBe(2160)
  })

  it('draws nothing for names that it does not know', () => {
    for (const name of ['', 'mug.svg', 'mug-12-0.svg', 'mug-0-6.svg', 'constructor-0-0.svg', '../mug-0-0.svg']) {
      expect(picture(name), name).toBeUndefined()
    }
  })
})

function productsOf(message: SegmentMessage): string[] {
  const own = message.properties?.['product_id']
  const lines = message.properties?.['products']
  const ids = Array.isArray(lines) ? lines.map((line: { product_id: string }) => line.product_id) : []
  return typeof own === 'string' ? [own, ...ids] : ids
}

async function importAll(importer: Importer, path: string): Promise<ImportItem[]> {
  const source = { path, map: {}, options: {}, basis: 'sample', currency: 'EUR', timezone: 'UTC' } as const
  const items: ImportItem[] = []
  for (const file of await importer.plan(source)) {
    for await (const item of file.read({ signal: new AbortController().signal, onBytes: () => {} })) items.push(item)
  }
  return items
}
