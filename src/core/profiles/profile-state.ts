import type { CatalogFacts } from '../catalog/facts.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { FEATURES, FEATURES_VERSION } from './features/declared.ts'
import type { FeatureEvent } from './features/feature.ts'

/** All features of one profile while events come in. */
export class ProfileState {
  readonly #accumulators

  /** @param stored an encoded state of FEATURES_VERSION; empty where absent */
  constructor(stored?: Uint8Array) {
    const parts = stored === undefined ? new Map<string, Uint8Array>() : featureParts(stored)
    this.#accumulators = FEATURES.map((feature) => feature.accumulate(parts.get(feature.name)))
  }

  write(event: FeatureEvent, catalog: CatalogFacts): void {
    for (const accumulator of this.#accumulators) accumulator.write(event, catalog)
  }

  /** The version, then each feature's bytes in declared order. */
  encode(): Uint8Array {
    const writer = new ByteWriter()
    writer.u8(FEATURES_VERSION)
    for (const accumulator of this.#accumulators) writer.block(accumulator.encode())
    return writer.finish()
  }
}

/** Each feature's bytes by its name; empty where another version of the features wrote the state. */
export function featureParts(stored: Uint8Array): Map<string, Uint8Array> {
  const reader = new ByteReader(stored)
  if (reader.u8() !== FEATURES_VERSION) return new Map()
  return new Map(FEATURES.map((feature) => [feature.name, reader.block()]))
}

/**
 * Names what happened together: the order, or the event where there is none. Unsigned 32 bits, so that a history of
 * 500 lines confuses two orders about once in 30,000 profiles.
 *
 * Source   FNV-1a, Fowler, Noll and Vo; over UTF-16 code units
 */
export function basketHash(orderId: string | undefined, key: string): number {
  const text = orderId === undefined ? `event ${key}` : `order ${orderId}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
