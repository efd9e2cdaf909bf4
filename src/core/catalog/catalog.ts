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
   * Reads the catalogue anew when its revision changed; says whether it did. Calls that come while one is running
   * share it.
   */
  refresh(): Promise<boolean>
  /** NONE where the store has no such product. */
  rowOf(productId: string): ProductRow
  at(row: ProductRow): CatalogEntry | undefined
}

type Source = Pick<CatalogRepository, 'all' | 'revision'>

export async function openCatalog(source: Source): Promise<Catalog> {
  let current = await read(source)
  let running: Promise<boolean> | undefined
  const refresh = async (): Promise<boolean> => {
    if ((await source.revision()) === current.revision) return false
    current = await read(source)
    return true
  }
  return {
    get current() {
      return current
    },
    refresh() {
      running ??= refresh().finally(() => {
        running = undefined
      })
      return running
    },
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
