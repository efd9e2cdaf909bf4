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
  /** The catalogue as of the end of the history, departments mixed as in a feed that grew over the years. */
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
      const step = stepThrough(catalogue.size)
      for (let n = 0; n < catalogue.size; n++) yield describe(catalogue, options, (n * step) % catalogue.size)
    },
    *messages() {
      for (const visit of visits(catalogue, options)) yield* messagesOf(catalogue, visit)
    },
  }
}

/** A step near the golden section that shares no divisor with the size, so that stepping by it meets everything once. */
function stepThrough(size: number): number {
  let step = Math.max(1, Math.round(size * 0.618))
  while (divisor(size, step) !== 1) step++
  return step
}

/** Euclid's greatest common divisor. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
