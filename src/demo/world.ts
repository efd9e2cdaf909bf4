import type { SegmentMessage } from '../contracts/event.ts'
import type { Product } from '../contracts/product.ts'
import { type Catalogue, createCatalogue } from './catalogue/catalogue.ts'
import { describe } from './catalogue/describe.ts'
import { visits } from './history/history.ts'
import { messagesOf } from './history/messages.ts'
import { type WorldOptions, worldOptions } from './options.ts'

/** A simulated store: its goods and everything its shoppers did, told in the order of time. */
export interface World {
  readonly options: WorldOptions
  readonly catalogue: Catalogue
  /** The catalogue as of the end of the history. */
  products(): Generator<Product, void>
  /** Visits by when they began, each visit's messages together. Every call tells the same from the beginning. */
  messages(): Generator<SegmentMessage, void>
}

/** @throws RangeError where an option is out of its range */
export function createWorld(given: Partial<WorldOptions> = {}): World {
  const options = worldOptions(given)
  const catalogue = createCatalogue(options)
  return {
    options,
    catalogue,
    *products() {
      for (let product = 0; product < catalogue.size; product++) yield describe(catalogue, options, product)
    },
    *messages() {
      for (const visit of visits(catalogue, options)) yield* messagesOf(catalogue, visit)
    },
  }
}
