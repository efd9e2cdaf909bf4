import { type CatalogFacts, factsOf, type ProductFacts } from '../catalog/facts.ts'
import type { CatalogRepository, EventWrite, ProductRow } from '../ports.ts'

type Source = Pick<CatalogRepository, 'revision' | 'byRows'>

/** What the catalogue says of the products of a batch; kept while the catalogue does not change. */
export class FactsCache {
  readonly #catalog: Source
  #facts = new Map<ProductRow, ProductFacts | undefined>()
  #revision = Number.NaN

  constructor(catalog: Source) {
    this.#catalog = catalog
  }

  async of(writes: readonly EventWrite[]): Promise<CatalogFacts> {
    const revision = await this.#catalog.revision()
    if (revision !== this.#revision) {
      this.#facts = new Map()
      this.#revision = revision
    }
    const missing = new Set<ProductRow>()
    for (const { products } of writes) {
      for (const row of products) if (!this.#facts.has(row)) missing.add(row)
    }
    if (missing.size > 0) {
      for (const row of missing) this.#facts.set(row, undefined)
      for (const { row, product, described } of await this.#catalog.byRows([...missing])) {
        if (described) this.#facts.set(row, factsOf(product))
      }
    }
    const facts = this.#facts
    return (row) => facts.get(row)
  }
}
