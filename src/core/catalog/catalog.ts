import type { CatalogRepository, ProductRow } from '../ports.ts'
import type { CatalogEntry, CatalogSnapshot } from './snapshot.ts'
import { SnapshotBuilder } from './snapshot-builder.ts'

/** Small enough that reading a chunk does not hold up the requests between. */
const CHUNK = 1000

/** The catalogue in memory, for serving. */
export interface Catalog {
  /** What serves now. Keep it for the length of one decision. */
  readonly current: CatalogSnapshot
  /**
   * Reads what changed since, if anything did; says whether it did. A call sees all that was durable before it, so
   * that stock and prices are those of the moment of a decision. Where nothing changed it costs one point read.
   */
  refresh(): Promise<boolean>
  /** NONE where the store has no such product. */
  rowOf(productId: string): ProductRow
  at(row: ProductRow): CatalogEntry | undefined
}

type Source = Pick<CatalogRepository, 'all' | 'changes' | 'revision'>

export async function openCatalog(source: Source): Promise<Catalog> {
  let current = await read(source)
  let running: Promise<boolean> | undefined
  /** The revision that the running refresh reads up to. */
  let reaching = Number.NaN
  const advance = async (revision: number): Promise<boolean> => {
    const builder = new SnapshotBuilder(current)
    for await (const chunk of source.changes(current.revision, CHUNK)) {
      for (const product of chunk) builder.add(product)
    }
    current = builder.finish(revision)
    return true
  }
  const refresh = async (): Promise<boolean> => {
    for (;;) {
      const revision = await source.revision()
      if (revision === current.revision) return false
      if (running === undefined) {
        reaching = revision
        running = advance(revision).finally(() => {
          running = undefined
        })
        return running
      }
      // What is being read may have begun before the change that this call is about.
      if (reaching === revision) return running
      await running
    }
  }
  return {
    get current() {
      return current
    },
    refresh,
    rowOf: (productId) => current.rowOf(productId),
    at: (row) => current.at(row),
  }
}

async function read(source: Source): Promise<CatalogSnapshot> {
  // The revision first: a change while reading shows as a newer revision, and the next refresh reads again.
  const revision = await source.revision()
  const builder = new SnapshotBuilder()
  for await (const chunk of source.all({ chunk: CHUNK })) {
    for (const product of chunk) builder.add(product)
  }
  return builder.finish(revision)
}
