import { type CatalogFacts, factsOf, type ProductFacts } from '../catalog/facts.ts'
import type { CatalogRepository, ProductRow } from '../ports.ts'

type Source = Pick<CatalogRepository, 'revision' | 'byRows' | 'changes'>

/** Products kept; some hundred bytes each. */
const KEPT = 100_000

/** What the catalogue says of the products of events; kept until the catalogue says otherwise. */
export class FactsCache {
  readonly #catalog: Source
  #facts = new Map<ProductRow, ProductFacts | undefined>()
  #revision = Number.NaN

  constructor(catalog: Source) {
    this.#catalog = catalog
  }

  /** @param products rows, of which some may stand there several times, or be 0 */
  async of(products: Iterable<ProductRow>): Promise<CatalogFacts> {
    await this.#follow()
    const missing = new Set<ProductRow>()
    for (const row of products) if (row > 0 && !this.#facts.has(row)) missing.add(row)
    if (missing.size > 0) {
      if (this.#facts.size + missing.size > KEPT) this.#facts = new Map()
      for (const row of missing) this.#facts.set(row, undefined)
      for (const { row, product, described } of await this.#catalog.byRows([...missing])) {
        if (described) this.#facts.set(row, factsOf(product))
      }
    }
    const facts = this.#facts
    return (row) => facts.get(row)
  }

  /** Forgets what has changed; live events that name unknown products change the catalogue all the time. */
  async #follow(): Promise<void> {
    const revision = await this.#catalog.revision()
    if (revision === this.#revision) return
    if (Number.isNaN(this.#revision)) this.#facts = new Map()
    else {
      for await (const chunk of this.#catalog.changes(this.#revision)) {
        for (const { row } of chunk) this.#facts.delete(row)
      }
    }
    this.#revision = revision
  }
}
