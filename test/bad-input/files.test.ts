import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IMPORTERS } from '../../src/connectors/registry.ts'
import { ERRORS } from '../../src/contracts/errors.ts'
import { openShop, type ShopUnderTest } from './shop-under-test.ts'
import { ORDER_HEADER, PRODUCT_HEADER, segmentLine, soundOrders, soundProducts } from './sound-files.ts'

let shop: ShopUnderTest
beforeAll(async () => {
  shop = await openShop()
})
afterAll(() => shop.close())

const counts = async () => {
  const { products, profiles, events } = await shop.client.storeSummary()
  return { products, profiles, events }
}

/** Every way in which a file as a whole is none that can be read. */
const UNREADABLE: readonly (readonly [name: string, content: Uint8Array, code: string])[] = [
  ['empty', Buffer.alloc(0), 'FILE_EMPTY'],
  ['blank', Buffer.from(' \r\n\n  \n'), 'FILE_EMPTY'],
  ['a byte order mark alone', Buffer.from([0xef, 0xbb, 0xbf]), 'FILE_EMPTY'],
  ['zeros, as a crashed copy leaves them', Buffer.alloc(4096), 'FILE_EMPTY'],
  ['Latin-1', Buffer.from('id,title,price\n1,Caf\u00e9 cr\u00e8me,3.00\n', 'latin1'), 'FILE_ENCODING'],
  ['UTF-16 with the high byte first', Buffer.from([0xfe, 0xff, 0, 0x69, 0, 0x64]), 'FILE_ENCODING'],
  ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), 'FILE_ENCODING'],
  ['a surrogate written as UTF-8', Buffer.from([0x69, 0x64, 0x0a, 0xed, 0xa0, 0xbd, 0x0a]), 'FILE_ENCODING'],
]

describe.each(IMPORTERS.map(({ info }) => info.id))('%s', (importer) => {
  it('refuses a file that is not its text, and changes nothing', async () => {
    const before = await counts()
    for (const [name, content, code] of UNREADABLE) {
      const job = await shop.import(importer, `unreadable-${importer}.csv`, content)
      expect([name, job.status]).toEqual([name, 'failed'])
      // The two public sets are folders of several files, of which the first is missed.
      const allowed = /online-retail|completejourney/.test(importer) ? [code, 'FILE_NOT_FOUND'] : [code]
      expect([name, allowed.includes(job.error?.code ?? '')]).toEqual([name, true])
    }
    expect(await counts()).toEqual(before)
  })

  it('refuses another format’s text by name, and never as a fault', async () => {
    const before = await counts()
    for (const text of [
      '{"a":1}',
      '<rss><channel>',
      'x\u0000y',
      'a'.repeat(100_000),
      ',,,,\n,,,,\n',
      '"',
      '\r\r\r\n""',
    ]) {
      const job = await shop.import(importer, `strange-${importer}.csv`, text)
      const codes = job.status === 'failed' ? [job.error?.code ?? ''] : Object.keys(problemsOf(job.result))
      expect([text.slice(0, 20), codes.filter((code) => !(code in ERRORS) || code === 'INTERNAL')]).toEqual([
        text.slice(0, 20),
        [],
      ])
    }
    expect(await counts()).toEqual(before)
  })
})

function problemsOf(result: unknown): object {
  const problems: unknown = Reflect.get(Object(result), 'problemsByCode')
  return Object(problems)
}

describe('a file that is not there', () => {
  it('is refused before a job begins', async () => {
    await expect(
      shop.client.startImport({ importer: 'csv-orders', path: '/nowhere/a.csv', basis: 'contract' }),
    ).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', status: 400 })
    await expect(
      shop.client.startImport({ importer: 'csv-orders', path: '/nowhere/\u0000', basis: 'contract' }),
    ).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', status: 400 })
    expect((await shop.import('csv-orders', '/')).error?.code).toBe('FILE_NOT_FOUND')
    expect((await shop.import('segment-jsonl', '/proc/self/fdinfo')).error?.code).toBe('FILE_NOT_FOUND')
  })
})

describe('columns', () => {
  it('are missed and doubled by name', async () => {
    expect((await shop.import('csv-products', 'a.csv', 'sku\n1\n')).error?.code).toBe('FILE_MISSING_COLUMN')
    expect((await shop.import('csv-products', 'a.csv', 'id,Title,TITLE\n1,a,b\n')).error?.code).toBe(
      'FILE_DUPLICATE_COLUMN',
    )
  })

  it('named like prototypes are columns', async () => {
    const report = await shop.imported(
      'csv-products',
      'proto.csv',
      `__proto__,constructor,id,title\n1,2,hasOwnProperty,A mug\n`,
    )
    expect(report.counts).toMatchObject({ rows: 1, products: 1, problems: 0 })
    expect((await shop.client.getProduct({ productId: 'hasOwnProperty' })).title).toBe('A mug')
  })
})

describe('rows', () => {
  it('keep line ends inside quotes, and count lines by the file', async () => {
    const text = `${PRODUCT_HEADER}\nq1,"A mug\r\nof two ""lines""",5.00,"Home > Mugs",in_stock\nq2,A plate,-1,Home,in_stock\n`
    const report = await shop.imported('csv-products', 'quoted.csv', text)
    expect(report.counts).toMatchObject({ rows: 2, products: 1, problems: 1 })
    expect(report.problems.map(({ line, code }) => `${line} ${code}`)).toEqual(['4 ROW_NUMBER_NEGATIVE'])
    expect((await shop.client.getProduct({ productId: 'q1' })).title).toBe('A mug of two "lines"')
  })

  it('of a megabyte are refused alone, quoted, plain or never closed', async () => {
    const giant = 'x'.repeat(1_000_000)
    const text = [
      PRODUCT_HEADER,
      `m1,${giant},1.00,Home,in_stock`,
      `m2,"${giant}",1.00,Home,in_stock`,
      `${giant},m3,1.00,Home,in_stock`,
      'm4,A plate,2.00,Home,in_stock',
      `m5,"never closed,1.00,Home,in_stock`,
      'm6,A cup,2.00,Home,in_stock',
    ].join('\n')
    const report = await shop.imported('csv-products', 'giant.csv', `${text}\n`)
    expect(report.problemsByCode).toEqual({ ROW_FIELD_TOO_LONG: 3, FILE_TRUNCATED: 1 })
    expect(report.counts.products).toBe(1)
    expect((await shop.client.getProduct({ productId: 'm4' })).title).toBe('A plate')

    const lines = ['title', 'product_id'].map((name) =>
      segmentLine({
        event: 'Product Viewed',
        messageId: `giant-${name}`,
        properties: { product_id: 'm4', [name]: giant },
      }),
    )
    const sound = segmentLine({ event: 'Product Viewed', messageId: 'm-sound', properties: { product_id: 'm4' } })
    const events = await shop.imported(
      'segment-jsonl',
      'giant.jsonl',
      `${lines.join('')}{"x":"${giant}${giant}"}\n${sound}`,
    )
    expect(events.problemsByCode).toEqual({ ROW_FIELD_TOO_LONG: 3 })
    expect(events.counts.events).toBe(1)
  })

  it('with a stray delimiter are refused alone', async () => {
    const report = await shop.imported(
      'csv-products',
      'shift.csv',
      `${PRODUCT_HEADER}\ns1,A,1.00,Home,in_stock,more\ns2,B,1.00,Home\ns3,C,1.00,Home,in_stock\n`,
    )
    expect(report.problemsByCode).toEqual({ ROW_COLUMNS: 2 })
    expect(report.counts.products).toBe(1)
  })
})

describe('a file that was cut off', () => {
  const orders = soundOrders(6)
  const products = soundProducts()
  const messages = Array.from({ length: 40 }, (_, n) =>
    segmentLine({
      event: 'Product Viewed',
      messageId: `cut-${n}`,
      userId: `caf\u00e9${n}`,
      properties: { product_id: 'p1' },
    }),
  ).join('')

  it.each([
    ['csv-orders', orders],
    ['csv-products', products],
    ['segment-jsonl', messages],
  ] as const)('%s: brings what was whole, and the whole file the rest, nothing twice', async (importer, text) => {
    const bytes = Buffer.from(text)
    const held = async (one: ShopUnderTest) => {
      const { summary } = await one.client.checkData()
      return { ...summary, products: await one.client.listProducts({}) }
    }
    const whole = await openShop()
    await whole.imported(importer, 'file', bytes)
    const expected = await held(whole)
    await whole.close()
    // A cut after the last delimiter of a row leaves a row that looks whole, and no reader can know.
    const cuts = fc
      .integer({ min: text.indexOf('\n') + 2, max: bytes.length - 2 })
      .map((at) => bytes.lastIndexOf(importer === 'segment-jsonl' ? '"' : ',', at))
      .filter((at) => at > text.indexOf('\n'))
    const one = await openShop()
    await fc.assert(
      fc.asyncProperty(cuts, async (cut) => {
        await one.import(importer, 'file', bytes.subarray(0, cut))
      }),
      { numRuns: 12, seed: 7 },
    )
    await one.imported(importer, 'file', bytes)
    expect(await held(one)).toEqual(expected)
    await one.close()
  })

  it('names the line on which it broke off', async () => {
    const cut = `${ORDER_HEADER}\nx1,2026-01-01,p1,c1,1,2.00\nx2,2026-01-01,p1,c1,1,2.00\nx2,2026-01-0`
    const report = await shop.imported('csv-orders', 'cut.csv', cut)
    expect(report.counts).toMatchObject({ events: 1, problems: 2 })
    expect(report.problems.map(({ line, code }) => `${line} ${code}`)).toEqual(['3 FILE_TRUNCATED', '4 FILE_TRUNCATED'])
  })
})
