import { buildInteractions, type Interactions } from '@storemind/ml'
import type { Purpose } from '../../contracts/consent.ts'
import { EVENT_KINDS, type EventKind } from '../../contracts/event.ts'
import type { InteractionColumns, InteractionWindow, ProductRow, ProfileRow, StoreReader } from '../ports.ts'

/** What shoppers did, as columns with dense numbers for shoppers and products. Only what consent allows is in it. */
export interface TrainingData {
  readonly length: number
  /** [length] index into `profiles` */
  readonly user: Int32Array
  /** [length] index into `products` */
  readonly item: Int32Array
  /** [length] EVENT_KINDS number */
  readonly kind: Uint8Array
  /** [length] milliseconds UTC */
  readonly at: Float64Array
  /** [length] pieces */
  readonly quantity: Float32Array
  /** [length] price of a piece in micros, NaN where unknown */
  readonly priceMicros: Float64Array
  /** [length] equal numbers are one order, or one event where there is no order */
  readonly basket: Int32Array
  /** [users] canonical ProfileRow; −1 for a basket of which no shopper is known: it is a user of its own */
  readonly profiles: Int32Array
  /** [items] ProductRow */
  readonly products: Int32Array
  /** Shoppers in the window that were left out for want of consent. */
  readonly withheldForConsent: number
}

export interface TrainingDataOptions {
  /** Products that are numbered first, in this order, whether or not anything happened to them. */
  readonly products?: Iterable<ProductRow>
  /** Called between chunks; may throw to cancel. */
  readonly onChunk?: (lines: number) => void
}

/**
 * The gate for training sets: the interactions of shoppers who may be profiled for a purpose.
 *
 * @cost O(lines) time and memory, typed arrays only
 */
export async function consentedInteractions(
  reader: Pick<StoreReader, 'interactions' | 'withheld'>,
  window: InteractionWindow,
  purpose: Purpose,
  options: TrainingDataOptions = {},
): Promise<TrainingData> {
  const withheld = await reader.withheld(purpose)
  const left = new Set<ProfileRow>()
  const users = new RowNumbering()
  const items = new RowNumbering(options.products)
  const unknown = new RowNumbering()
  const chunks: InteractionColumns[] = []
  let length = 0
  for await (const chunk of reader.interactions(window)) {
    const kept = keepPermitted(chunk, withheld, left)
    for (let i = 0; i < kept.length; i++) {
      kept.profile[i] = kept.profile[i]! >= 0 ? users.indexOf(kept.profile[i]!) : -1 - unknown.indexOf(kept.basket[i]!)
      kept.product[i] = items.indexOf(kept.product[i]!)
    }
    chunks.push(kept)
    length += kept.length
    options.onChunk?.(length)
  }
  const known = users.size
  const profiles = new Int32Array(known + unknown.size).fill(-1)
  profiles.set(users.rows())
  const user = concatenate(chunks, Int32Array, (chunk) => chunk.profile, length)
  // Shoppers nobody knows come after the known ones.
  for (let i = 0; i < length; i++) if (user[i]! < 0) user[i] = known - 1 - user[i]!
  return {
    length,
    user,
    item: concatenate(chunks, Int32Array, (chunk) => chunk.product, length),
    kind: concatenate(chunks, Uint8Array, (chunk) => chunk.kind, length),
    at: concatenate(chunks, Float64Array, (chunk) => chunk.at, length),
    quantity: concatenate(chunks, Float32Array, (chunk) => chunk.quantity, length),
    priceMicros: concatenate(chunks, Float64Array, (chunk) => chunk.priceMicros, length),
    basket: concatenate(chunks, Int32Array, (chunk) => chunk.basket, length),
    profiles,
    products: items.rows(),
    withheldForConsent: left.size,
  }
}

/** Strength of a line by what happened; kinds that are left out, or that weigh 0, do not count. */
export type KindWeights = Readonly<Partial<Record<EventKind, number>>>

/**
 * Training data as the learning library wants it, over the same users and items.
 *
 * @param weights above zero
 * @param range only lines from `from` up to, but not including, `to`
 */
export function interactionsOf(
  data: TrainingData,
  weights: KindWeights,
  range: { readonly from?: number; readonly to?: number } = {},
): Interactions {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = range
  const weightOfKind = new Float32Array(64)
  for (const [kind, number] of Object.entries(EVENT_KINDS)) weightOfKind[number] = weightFor(weights, kind)
  const lines = new Int32Array(data.length)
  let kept = 0
  for (let i = 0; i < data.length; i++) {
    if (weightOfKind[data.kind[i]!]! > 0 && data.at[i]! >= from && data.at[i]! < to) lines[kept++] = i
  }
  const chosen = lines.subarray(0, kept)
  return buildInteractions({
    users: data.profiles.length,
    items: data.products.length,
    user: Int32Array.from(chosen, (i) => data.user[i]!),
    item: Int32Array.from(chosen, (i) => data.item[i]!),
    at: Float64Array.from(chosen, (i) => data.at[i]!),
    weight: Float32Array.from(chosen, (i) => weightOfKind[data.kind[i]!]!),
    basket: Int32Array.from(chosen, (i) => data.basket[i]!),
  })
}

function weightFor(weights: KindWeights, kind: string): number {
  const entry = Object.entries(weights).find(([name]) => name === kind)
  return entry?.[1] ?? 0
}

/** Rows → 0, 1, 2 … in the order in which they come. */
class RowNumbering {
  #rows = new Int32Array(1024)
  #size = 0
  readonly #indices = new Map<number, number>()

  constructor(first: Iterable<number> = []) {
    for (const row of first) this.indexOf(row)
  }

  get size(): number {
    return this.#size
  }

  indexOf(row: number): number {
    const known = this.#indices.get(row)
    if (known !== undefined) return known
    if (this.#size === this.#rows.length) {
      const grown = new Int32Array(2 * this.#size)
      grown.set(this.#rows)
      this.#rows = grown
    }
    this.#indices.set(row, this.#size)
    this.#rows[this.#size] = row
    return this.#size++
  }

  rows(): Int32Array<ArrayBuffer> {
    return this.#rows.slice(0, this.#size)
  }
}

/** A copy of the lines of shoppers that are not withheld. */
function keepPermitted(
  chunk: InteractionColumns,
  withheld: ReadonlySet<ProfileRow>,
  left: Set<ProfileRow>,
): InteractionColumns {
  const kept = {
    profile: new Int32Array(chunk.length),
    product: new Int32Array(chunk.length),
    kind: new Uint8Array(chunk.length),
    at: new Float64Array(chunk.length),
    quantity: new Float32Array(chunk.length),
    priceMicros: new Float64Array(chunk.length),
    basket: new Int32Array(chunk.length),
  }
  let length = 0
  for (let i = 0; i < chunk.length; i++) {
    const profile = chunk.profile[i]!
    if (withheld.has(profile)) {
      left.add(profile)
      continue
    }
    kept.profile[length] = profile
    kept.product[length] = chunk.product[i]!
    kept.kind[length] = chunk.kind[i]!
    kept.at[length] = chunk.at[i]!
    kept.quantity[length] = chunk.quantity[i]!
    kept.priceMicros[length] = chunk.priceMicros[i]!
    kept.basket[length++] = chunk.basket[i]!
  }
  return {
    length,
    profile: kept.profile.subarray(0, length),
    product: kept.product.subarray(0, length),
    kind: kept.kind.subarray(0, length),
    at: kept.at.subarray(0, length),
    quantity: kept.quantity.subarray(0, length),
    priceMicros: kept.priceMicros.subarray(0, length),
    basket: kept.basket.subarray(0, length),
  }
}

interface Column {
  set(from: this, at: number): void
  readonly length: number
}

function concatenate<C extends Column>(
  chunks: readonly InteractionColumns[],
  make: new (length: number) => C,
  column: (chunk: InteractionColumns) => C,
  length: number,
): C {
  const whole = new make(length)
  let at = 0
  for (const chunk of chunks) {
    const part = column(chunk)
    whole.set(part, at)
    at += part.length
  }
  return whole
}
