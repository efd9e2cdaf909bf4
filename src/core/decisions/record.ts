import { REASON_CODES, type ReasonCode } from '../../contracts/reason.ts'
import type { ProductRow } from '../ports.ts'
import { ByteReader, ByteWriter } from '../profiles/bytes.ts'
import type { ContextualCause } from '../profiles/consent.ts'
import { propensity } from './choose.ts'
import { REFUSAL_CODES, type RefusalCode, type RefusalCounts } from './policies/policy.ts'

/** Why an item was chosen, as rows and numbers; the names are found when it is told. */
export interface RecordedReason {
  readonly code: ReasonCode
  /** The product that the reason speaks of. */
  readonly product?: ProductRow
  /** What else the reason speaks of: a count, or which of the item's own categories; the capability says. */
  readonly value?: number
  /** Share of the score that this reason carries, 0 to 1; kept in steps of 1/255. */
  readonly weight: number
}

export interface RecordedItem {
  readonly product: ProductRow
  /** Kept as a 32-bit float. */
  readonly score: number
  /** Of the random draw at this position; see choose. */
  readonly pool: number
  readonly best: boolean
  /** At most three. */
  readonly reasons: readonly RecordedReason[]
}

export interface DecisionRecord {
  readonly basis: 'personalised' | 'contextual'
  /** Why it is contextual. */
  readonly cause?: ContextualCause
  readonly modelVersion: number | null
  readonly seed: number
  /** The placement's, exactly: propensities are computed from it. */
  readonly exploreRate: number
  readonly items: readonly RecordedItem[]
  readonly refused: RefusalCounts
}

const FORMAT = 1
const MAX_REASONS = 3
const CAUSES: readonly (ContextualCause | undefined)[] = [undefined, 'first_visit', 'no_consent', 'objection', 'bot']
const HAS_MODEL = 0x10
const EXPLORES = 0x20
const HAS_PRODUCT = 0x40
const HAS_VALUE = 0x80

/**
 * Under 300 bytes for ten items with three reasons each, in a catalogue of half a million products.
 *
 * Format   u8 format; u8 cause | flags; u32 seed; varint model version; f64 explore rate; varint n refusals, then
 *          (u8 code, varint count) each; varint n items, then (varint 4 · product + n reasons, f32 score, varint
 *          2 · pool + best where it explores, then (u8 code | flags, varint product, varint value, u8 weight) for
 *          each reason) each
 */
export function encodeRecord(record: DecisionRecord): Uint8Array {
  const { modelVersion, exploreRate } = record
  const cause = record.basis === 'personalised' ? 0 : CAUSES.indexOf(record.cause ?? 'first_visit')
  const to = new ByteWriter()
  to.u8(FORMAT)
  to.u8(cause | (modelVersion === null ? 0 : HAS_MODEL) | (exploreRate > 0 ? EXPLORES : 0))
  to.u32(record.seed)
  if (modelVersion !== null) to.varint(modelVersion)
  if (exploreRate > 0) to.f64(exploreRate)
  const refused = refusalEntries(record.refused)
  to.varint(refused.length)
  for (const [code, count] of refused) {
    to.u8(REFUSAL_CODES[code])
    to.varint(count)
  }
  to.varint(record.items.length)
  for (const item of record.items) writeItem(item, exploreRate > 0, to)
  return to.finish()
}

function writeItem(item: RecordedItem, explores: boolean, to: ByteWriter): void {
  const reasons = item.reasons.slice(0, MAX_REASONS)
  to.varint(4 * item.product + reasons.length)
  to.f32(item.score)
  if (explores) to.varint(2 * item.pool + (item.best ? 1 : 0))
  for (const { code, product, value, weight } of reasons) {
    to.u8(REASON_CODES[code] | (product === undefined ? 0 : HAS_PRODUCT) | (value === undefined ? 0 : HAS_VALUE))
    if (product !== undefined) to.varint(product)
    if (value !== undefined) to.varint(value)
    to.u8(Math.round(255 * Math.min(1, Math.max(0, weight))))
  }
}

/** A decoded record: what was written, and each item's propensity. */
export interface DecodedRecord extends DecisionRecord {
  readonly items: readonly (RecordedItem & { readonly propensity: number })[]
}

/** @throws RangeError when the bytes are not a record of a known format */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  const from = new ByteReader(bytes)
  const format = from.u8()
  if (format !== FORMAT) throw new RangeError(`decision record of format ${format}`)
  const flags = from.u8()
  const cause = CAUSES[flags & 0x0f]
  const seed = from.u32()
  const modelVersion = (flags & HAS_MODEL) === 0 ? null : from.varint()
  const exploreRate = (flags & EXPLORES) === 0 ? 0 : from.f64()
  const refused: Partial<Record<RefusalCode, number>> = {}
  for (let n = from.varint(); n > 0; n--) {
    const code = REFUSALS.get(from.u8())
    const count = from.varint()
    if (code === undefined) throw new RangeError('unknown refusal code')
    refused[code] = count
  }
  const items = Array.from({ length: from.varint() }, () => readItem(from, exploreRate))
  return {
    ...(cause === undefined ? { basis: 'personalised' } : { basis: 'contextual', cause }),
    modelVersion,
    seed,
    exploreRate,
    items,
    refused,
  }
}

function readItem(from: ByteReader, exploreRate: number): RecordedItem & { propensity: number } {
  const head = from.varint()
  const product = Math.floor(head / 4)
  const score = from.f32()
  const draw = exploreRate > 0 ? from.varint() : 3
  const [pool, best] = [Math.floor(draw / 2), draw % 2 === 1]
  const reasons = Array.from({ length: head % 4 }, () => readReason(from))
  return { product, score, pool, best, propensity: propensity(exploreRate, pool, best), reasons }
}

function readReason(from: ByteReader): RecordedReason {
  const head = from.u8()
  const code = REASONS.get(head & 0x3f)
  if (code === undefined) throw new RangeError('unknown reason code')
  return {
    code,
    ...((head & HAS_PRODUCT) === 0 ? {} : { product: from.varint() }),
    ...((head & HAS_VALUE) === 0 ? {} : { value: from.varint() }),
    weight: from.u8() / 255,
  }
}

function refusalEntries(counts: RefusalCounts): [RefusalCode, number][] {
  return [...REFUSALS.values()].flatMap((code): [RefusalCode, number][] => {
    const count = counts[code] ?? 0
    return count > 0 ? [[code, count]] : []
  })
}

const REFUSALS = byNumber(REFUSAL_CODES)
const REASONS = byNumber(REASON_CODES)

function byNumber<Code extends string>(codes: Readonly<Record<Code, number>>): ReadonlyMap<number, Code> {
  const entries: [number, Code][] = []
  for (const code in codes) entries.push([codes[code], code])
  return new Map(entries)
}
