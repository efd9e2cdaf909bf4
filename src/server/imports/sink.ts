import { isDeepStrictEqual } from 'node:util'
import type { RowProblem } from '../../contracts/import.ts'
import type { Product } from '../../contracts/product.ts'
import { normalise } from '../../core/events/normalise.ts'
import type { Store } from '../../core/ports.ts'
import type { Ingest, IngestItem, IngestRefusal } from '../../core/profiles/ingest.ts'
import type { ImportTally } from './tally.ts'

/** Where the batches of an import go: into the store, or, in a dry run, nowhere. */
export interface ImportSink {
  readonly id: string
  products(products: readonly Product[]): Promise<{ readonly changed: number; readonly unchanged: number }>
  /** @param onAsked told when the store was asked: what comes in from then on is stored after it */
  events(
    items: readonly IngestItem[],
    onAsked: () => void,
  ): Promise<{
    readonly added: number
    readonly known: number
    readonly refused: readonly IngestRefusal[]
  }>
  problems(problems: readonly RowProblem[]): Promise<void>
  isFinished(fingerprint: string): Promise<boolean>
  finish(fingerprint: string): Promise<void>
  update(tally: ImportTally, end?: { readonly at: number; readonly complete: boolean }): Promise<void>
}

export function storeSink(store: Store, ingest: Ingest, importer: string, id: string): ImportSink {
  return {
    id,
    products: (products) => store.catalog.upsert(products, importer),
    events: (items, onAsked) => ingest.ingest(items, onAsked),
    problems: (problems) => store.imports.problems(id, problems),
    isFinished: (fingerprint) => store.imports.finishedFile(importer, fingerprint),
    finish: (fingerprint) => store.imports.finishFile(importer, fingerprint),
    update: ({ counts, problemsByCode }, end) =>
      store.imports.update(id, {
        counts,
        problemsByCode,
        complete: end?.complete ?? false,
        ...(end ? { endedAt: end.at } : {}),
      }),
  }
}

/** Judges every record as the real import would, and writes nothing. */
export function dryRunSink(store: Store, importer: string, id: string, defaultCurrency: string): ImportSink {
  // What this run has met already is not new a second time.
  const metProducts = new Map<string, Product>()
  const metKeys = new Set<string>()
  const nothing = async () => undefined
  return {
    id,
    async products(products) {
      let changed = 0
      for (const product of products) {
        const before = metProducts.get(product.id) ?? (await store.catalog.byId(product.id))?.product
        if (!isDeepStrictEqual(before, product)) changed++
        metProducts.set(product.id, product)
      }
      return { changed, unchanged: products.length - changed }
    },
    async events(items) {
      const refused: IngestRefusal[] = []
      const sound = items.filter((item, index) => {
        const event = normalise(item.message, { receivedAt: item.receivedAt, defaultCurrency })
        if ('refused' in event) refused.push({ index, code: event.refused, details: event.details })
        return !('refused' in event)
      })
      const stored = await store.events.known(
        importer,
        sound.map(({ key }) => key),
      )
      let known = 0
      sound.forEach(({ key }, i) => {
        if (stored[i] === 1 || metKeys.has(key)) known++
        metKeys.add(key)
      })
      return { added: sound.length - known, known, refused }
    },
    problems: nothing,
    isFinished: async () => false,
    finish: nothing,
    update: nothing,
  }
}
