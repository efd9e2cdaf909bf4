import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { formatMicros } from '../contracts/money.ts'
import type { Product } from '../contracts/product.ts'
import { CHINESE_TITLE, STYLE } from './catalogue/describe.ts'
import { GUIDE_FILE, type Guide, guideOf } from './guide.ts'
import type { World } from './world.ts'

export interface WrittenStore {
  /** A Google Merchant feed: for the importer `google-merchant`. */
  readonly products: string
  /** Messages of the Segment specification, one a line: for the importer `segment-jsonl`. */
  readonly events: string
  /** What the storefront needs to know, in JSON. */
  readonly guide: Guide
  readonly counts: { readonly products: number; readonly events: number }
}

export interface WriteProgress {
  readonly phase: 'products' | 'events'
  readonly done: number
}

/**
 * Writes the simulated store as the files that a real one would export: `products.tsv`, `events.jsonl` and the guide.
 * The same world gives the same bytes. Memory does not grow with the number of events.
 */
export async function writeWorld(
  world: World,
  directory: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: WriteProgress) => void } = {},
): Promise<WrittenStore> {
  await mkdir(directory, { recursive: true })
  const products = join(directory, 'products.tsv')
  const events = join(directory, 'events.jsonl')
  const counts = {
    products: await writeLines(products, feedLines(world.products()), 'products', options),
    events: await writeLines(events, jsonLines(world.messages()), 'events', options),
  }
  const guide = guideOf(world)
  await writeFile(join(directory, GUIDE_FILE), `${JSON.stringify(guide, null, 2)}\n`)
  return { products, events, guide, counts: { products: counts.products - 1, events: counts.events } }
}

/** Lines a chunk: big enough that the stream's own work does not count, small enough to keep little in memory. */
const LINES_PER_CHUNK = 1000

async function writeLines(
  path: string,
  lines: Iterable<string>,
  phase: WriteProgress['phase'],
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: (progress: WriteProgress) => void },
): Promise<number> {
  let done = 0
  function* chunks() {
    let chunk = ''
    for (const line of lines) {
      chunk += `${line}\n`
      if (++done % LINES_PER_CHUNK !== 0) continue
      yield chunk
      chunk = ''
      onProgress?.({ phase, done })
    }
    if (chunk !== '') yield chunk
  }
  await pipeline(Readable.from(chunks()), createWriteStream(path), signal ? { signal } : {})
  onProgress?.({ phase, done })
  return done
}

function* jsonLines(messages: Iterable<unknown>): Generator<string, void> {
  for (const message of messages) yield JSON.stringify(message)
}

const COLUMNS: readonly (readonly [name: string, value: (product: Product) => string | undefined])[] = [
  ['id', (product) => product.id],
  ['item_group_id', (product) => product.groupId],
  ['title', (product) => product.title],
  ['description', (product) => product.description],
  ['link', (product) => product.link],
  ['image_link', (product) => product.imageLink],
  ['availability', (product) => product.offers[0]?.availability],
  ['price', (product) => price(product.offers[0]?.priceMicros, product)],
  ['sale_price', (product) => price(product.offers[0]?.salePriceMicros, product)],
  ['brand', (product) => product.brand],
  ['product_type', (product) => product.categories.join(' > ')],
  ['color', (product) => product.attributes['color']],
  ['size', (product) => product.attributes['size']],
  [CHINESE_TITLE, (product) => product.attributes[CHINESE_TITLE]],
  [STYLE, (product) => product.attributes[STYLE]],
  ['quantity', (product) => product.offers[0]?.stock?.toString()],
  ['availability_date', (product) => new Date(product.releasedAt ?? 0).toISOString()],
]

/** Google Merchant's columns. What is bought again and again has no column there, and is left to be learned. */
function* feedLines(products: Iterable<Product>): Generator<string, void> {
  yield COLUMNS.map(([name]) => name).join('\t')
  for (const product of products)
    yield COLUMNS.map(([, value]) => (value(product) ?? '').replace(/[\t\r\n]/g, ' ')).join('\t')
}

function price(micros: number | undefined, product: Product): string | undefined {
  return micros === undefined ? undefined : `${formatMicros(micros)} ${product.offers[0]?.currency}`
}
