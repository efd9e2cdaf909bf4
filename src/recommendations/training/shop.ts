import { availableMemory } from 'node:process'
import type { ItemAttributes } from '@storemind/ml'
import { CodedError } from '../../contracts/errors.ts'
import type { Placement } from '../../contracts/placement.ts'
import type { Product } from '../../contracts/product.ts'
import { openCatalog } from '../../core/catalog/catalog.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { DEFAULT_PLACEMENTS } from '../../core/decisions/placements.ts'
import type { JobRun, StoredProduct, StoreReader } from '../../core/ports.ts'
import { consentedInteractions } from '../../core/profiles/training-data.ts'
import { type ShopLines, TRAINING_KINDS } from '../decide/history.ts'
import { type ContentWords, describe } from './attributes.ts'

export const DAY = 86_400_000

/** Memory that training takes for each line at its peak: from 5 to 20 million lines it grew by 2.2 GB. */
const BYTES_PER_LINE = 145

/** What training and evaluation read of a store. */
export type ShopReader = Pick<StoreReader, 'interactions' | 'products' | 'withheld' | 'placements' | 'facts'>

/** A store as a training run sees it: what consent allows, numbered densely. */
export interface Shop {
  readonly lines: ShopLines
  /** [items] ProductRow */
  readonly rows: Int32Array
  /** Undefined where no product is described. */
  readonly attributes: ItemAttributes | undefined
  readonly words: ContentWords | undefined
  readonly catalog: CatalogSnapshot
  /** History that was read, UTC milliseconds; `to` is exclusive. */
  readonly from: number
  readonly to: number
  readonly withheldForConsent: number
  readonly withheldAsBots: number
}

/**
 * Reads the store. Products that were deleted are left out save where history holds them.
 *
 * @param task what a refusal says the data is too little for
 * @param memory bytes that may be taken
 * @throws CodedError TOO_LITTLE_DATA where there is no product or nobody has done anything; TOO_LITTLE_MEMORY before
 *         anything is read, where all history is asked for and is more than memory holds
 */
export async function readShop(
  reader: ShopReader,
  windowDays: number,
  run: JobRun,
  task: string,
  memory = availableMemory(),
): Promise<Shop> {
  const facts = await reader.facts()
  if (facts.from === null || facts.to === null || facts.interactions === 0) {
    throw new CodedError('TOO_LITTLE_DATA', { task, problem: 'nobody has looked at or bought anything yet' })
  }
  const needed = facts.interactions * BYTES_PER_LINE
  if (windowDays === 0 && needed > memory) {
    const [mb, free] = [needed, memory].map((bytes) => Math.ceil(bytes / 1e6))
    throw new CodedError('TOO_LITTLE_MEMORY', {
      task,
      problem: `${facts.interactions} lines of history take about ${mb} MB, and ${free} MB are free`,
    })
  }
  // An event from the future is a wrong clock, not the end of history.
  const to = Math.min(facts.to, run.clock()) + 1
  const from = windowDays > 0 ? Math.max(facts.from, to - windowDays * DAY) : facts.from
  const described = new Map<number, Product>()
  const first: number[] = []
  const read = async function* (): AsyncGenerator<StoredProduct[]> {
    for await (const chunk of reader.products()) {
      stopIfCancelled(run)
      for (const { row, product, described: isDescribed, deletedAt } of chunk) {
        if (isDescribed) described.set(row, product)
        if (deletedAt === undefined) first.push(row)
      }
      yield chunk
    }
  }
  const catalog = await openCatalog({ all: read, changes: read, revision: async () => 0 })
  const data = await consentedInteractions(reader, { from, to, kinds: TRAINING_KINDS }, 'personalisation', {
    products: first,
    onChunk: (lines) => {
      stopIfCancelled(run)
      run.progress({ phase: 'read history', done: lines, total: facts.interactions, unit: 'lines' })
    },
  })
  if (data.length === 0) {
    throw new CodedError('TOO_LITTLE_DATA', {
      task,
      problem:
        data.withheldForConsent > 0
          ? `all ${data.withheldForConsent} shoppers are withheld for want of consent`
          : 'nobody has looked at or bought anything in the window',
    })
  }
  const content = describe(Array.from(data.products, (row) => described.get(row)))
  return {
    lines: { ...data, users: data.profiles.length, items: data.products.length },
    rows: data.products,
    attributes: content?.attributes,
    words: content?.words,
    catalog: catalog.current,
    from,
    to,
    withheldForConsent: data.withheldForConsent,
    withheldAsBots: facts.bots,
  }
}

/** A placement as the store has it. @throws CodedError PLACEMENT_NOT_FOUND */
export async function placementOf(reader: Pick<ShopReader, 'placements'>, name: string): Promise<Placement> {
  const byName = new Map(DEFAULT_PLACEMENTS.map((one) => [one.name, one]))
  for (const one of await reader.placements()) byName.set(one.name, one)
  const found = byName.get(name)
  if (!found) throw new CodedError('PLACEMENT_NOT_FOUND', { placement: name, known: [...byName.keys()].join(', ') })
  return found
}

function stopIfCancelled(run: JobRun): void {
  if (run.signal.aborted) throw new CodedError('JOB_CANCELLED', { kind: 'training' })
}
