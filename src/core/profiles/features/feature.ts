import type { Purpose } from '../../../contracts/consent.ts'
import type { ShopEvent } from '../../../contracts/event.ts'
import type { CatalogFacts } from '../../catalog/facts.ts'
import { ByteReader, ByteWriter } from '../bytes.ts'
import type { StateType } from '../states/state-type.ts'

/** An event as features see it. */
export interface FeatureEvent {
  readonly event: ShopEvent
  /** [event.lines.length] */
  readonly products: Int32Array
  /** Unsigned 32-bit hash of the order, or of the event where there is none: equal numbers happened together. */
  readonly basket: number
}

/**
 * Something remembered of a profile, as two pure halves: what an event writes, and how the value is read. Storing is
 * somebody else's work.
 */
export interface FeatureDeclaration<S, W, V> {
  readonly name: string
  /** Without consent for this purpose the value is not in a view. */
  readonly purpose: Purpose
  readonly state: StateType<S, W>
  writes(event: FeatureEvent, catalog: CatalogFacts): readonly W[]
  value(state: S, now: number): V
}

/** A declared feature; its kind of state is its own affair. */
export interface Feature<V> {
  readonly name: string
  readonly purpose: Purpose
  accumulate(stored: Uint8Array | undefined): Accumulator
  /** The value of several stored states taken together. */
  value(parts: readonly Uint8Array[], now: number): V
}

/** The state of one feature of one profile while events come in. */
export interface Accumulator {
  write(event: FeatureEvent, catalog: CatalogFacts): void
  encode(): Uint8Array
}

export function feature<S, W, V>(declared: FeatureDeclaration<S, W, V>): Feature<V> {
  const { state: type } = declared
  const decode = (bytes: Uint8Array | undefined): S => (bytes ? type.decode(new ByteReader(bytes)) : type.empty())
  return {
    name: declared.name,
    purpose: declared.purpose,
    accumulate(stored) {
      const state = decode(stored)
      return {
        write(event, catalog) {
          for (const write of declared.writes(event, catalog)) type.fold(state, write)
        },
        encode() {
          const writer = new ByteWriter()
          type.encode(state, writer)
          return writer.finish()
        },
      }
    },
    value(parts, now) {
      const state = decode(parts[0])
      for (const part of parts.slice(1)) type.merge(state, decode(part))
      return declared.value(state, now)
    },
  }
}
