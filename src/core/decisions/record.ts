import type { ContextualCause } from '../../contracts/decision.ts'
import { REASON_CODES, type ReasonCode } from '../../contracts/reason.ts'
import type { ProductRow } from '../ports.ts'
import { ByteReader, ByteWriter } from '../profiles/bytes.ts'
import { CERTAIN, type Draw, type DrawRates, propensity } from './draw.ts'
import { REFUSAL_CODES, type RefusalCode, type RefusalCounts } from './policies/policy.ts'
import { readSections, type Sections, writeSections } from './record-sections.ts'

/** Why an item was chosen, as rows and numbers; the names are found when it is told. */
export interface RecordedReason {
  readonly code: ReasonCode
  /** The product that the reason speaks of. */
  readonly product?: ProductRow
  /** What else the reason speaks of: a count, the row of a rule, …; the code says. */
  readonly value?: number
  /** Share of the score that this reason carries, 0 to 1; kept in steps of 1/255. */
  readonly weight: number
}

/** With the draw that put it where it stands. */
export interface RecordedItem extends Draw {
  readonly product: ProductRow
  /** Kept as a 32-bit float. */
  readonly score: number
  /** How likely the model holds it that the shopper takes the product, 0 to 1; kept in ten-thousandths. */
  readonly chance?: number
  /** At most three. */
  readonly reasons: readonly RecordedReason[]
}

/** The rates are the placement's, exactly: propensities are computed from them. */
export interface DecisionRecord extends DrawRates, Sections {
  readonly basis: 'personalised' | 'contextual'
  /** Why it is contextual. */
  readonly cause?: ContextualCause
  readonly modelVersion: number | null
  readonly seed: number
  /** How many items were asked for. */
  readonly limit: number
  readonly items: readonly RecordedItem[]
  readonly refused: RefusalCounts
}

const FORMAT = 3
const MAX_REASONS = 3
const CAUSES: readonly (ContextualCause | undefined)[] = [undefined, 'first_visit', 'no_consent', 'objection', 'bot']
const HAS_MODEL = 0x10
const EXPLORES = 0x20
const HAS_FLOOR = 0x40
const HAS_PRODUCT = 0x40
const HAS_VALUE = 0x80

/**
 * Under 320 bytes for ten items with three reasons each, in a catalogue of half a million products.
 *
 * Format   u8 format; u8 cause | flags; u32 seed; varint model version; explore rate; new share; varint limit;
 *          sections, see record-sections; varint of the refusals' bits, then a varint count each; varint n items, then
 *          (varint 4 · product + n reasons, f32 score, the chance, the draw, then (u8 code | flags, varint product, varint value,
 *          u8 weight) for each reason) each
 * Rate     varint of its millionths plus 1; or 0 and an f64 where that is not exact
 * Chance   varint of its ten-thousandths plus 1; 0 where it is not known
 * Draw     nothing where nothing is drawn; varint 2 · pool + best where the placement explores; where new products
 *          have a floor varint 8 · pool + 4 · pooled + 2 · best + fresh and the new pool, each pool as a zigzagged
 *          difference from that of the position above
 */
export function encodeRecord(record: DecisionRecord): Uint8Array {
  const { modelVersion, exploreRate, newShare } = record
  const cause = record.basis === 'personalised' ? 0 : CAUSES.indexOf(record.cause ?? 'first_visit')
  const flags = (modelVersion === null ? 0 : HAS_MODEL) | (exploreRate > 0 ? EXPLORES : 0)
  const to = new ByteWriter()
  to.u8(FORMAT)
  to.u8(cause | flags | (newShare > 0 ? HAS_FLOOR : 0))
  to.u32(record.seed)
  if (modelVersion !== null) to.varint(modelVersion)
  if (exploreRate > 0) writeRate(exploreRate, to)
  if (newShare > 0) writeRate(newShare, to)
  to.varint(record.limit)
  writeSections(record, to)
  writeRefusals(record.refused, to)
  to.varint(record.items.length)
  let above: Pools = NO_POOLS
  for (const item of record.items) {
    writeItem(item, record, above, to)
    above = item
  }
  return to.finish()
}

type Pools = Pick<Draw, 'pool' | 'newPool'>
const NO_POOLS: Pools = { pool: 0, newPool: 0 }
const MILLION = 1_000_000
const CHANCE_STEPS = 10_000

function writeRate(rate: number, to: ByteWriter): void {
  const millionths = Math.round(rate * MILLION)
  const isExact = millionths / MILLION === rate
  to.varint(isExact ? millionths + 1 : 0)
  if (!isExact) to.f64(rate)
}

function readRate(from: ByteReader): number {
  const head = from.varint()
  return head === 0 ? from.f64() : (head - 1) / MILLION
}

function zigzag(difference: number): number {
  return difference < 0 ? -2 * difference - 1 : 2 * difference
}

function zagzig(number: number): number {
  return number % 2 === 1 ? -(number + 1) / 2 : number / 2
}

function writeItem(item: RecordedItem, rates: DrawRates, above: Pools, to: ByteWriter): void {
  const reasons = item.reasons.slice(0, MAX_REASONS)
  to.varint(4 * item.product + reasons.length)
  to.f32(item.score)
  to.varint(item.chance === undefined ? 0 : Math.round(CHANCE_STEPS * item.chance) + 1)
  const { pool, pooled, best, newPool, fresh } = item
  if (rates.newShare > 0) {
    to.varint(8 * zigzag(pool - above.pool) + (pooled ? 4 : 0) + (best ? 2 : 0) + (fresh ? 1 : 0))
    to.signed(newPool - above.newPool)
  } else if (rates.exploreRate > 0) to.varint(2 * pool + (best ? 1 : 0))
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
  const rates: DrawRates = {
    exploreRate: (flags & EXPLORES) === 0 ? 0 : readRate(from),
    newShare: (flags & HAS_FLOOR) === 0 ? 0 : readRate(from),
  }
  const limit = from.varint()
  const sections = readSections(from)
  const refused = readRefusals(from)
  let above: Pools = NO_POOLS
  const items = Array.from({ length: from.varint() }, () => {
    const item = readItem(from, rates, above)
    above = item
    return item
  })
  return {
    ...(cause === undefined ? { basis: 'personalised' } : { basis: 'contextual', cause }),
    modelVersion,
    seed,
    ...rates,
    limit,
    ...sections,
    items,
    refused,
  }
}

function readItem(from: ByteReader, rates: DrawRates, above: Pools): RecordedItem & { propensity: number } {
  const head = from.varint()
  const product = Math.floor(head / 4)
  const score = from.f32()
  const chance = from.varint()
  const draw = readDraw(from, rates, above)
  const reasons = Array.from({ length: head % 4 }, () => readReason(from))
  const known = chance === 0 ? {} : { chance: (chance - 1) / CHANCE_STEPS }
  return { product, score, ...known, ...draw, propensity: propensity(rates, draw), reasons }
}

function readDraw(from: ByteReader, { exploreRate, newShare }: DrawRates, above: Pools): Draw {
  if (newShare > 0) {
    const head = from.varint()
    const bits = head % 8
    return {
      pool: above.pool + zagzig(Math.floor(head / 8)),
      pooled: (bits & 4) !== 0,
      best: (bits & 2) !== 0,
      fresh: (bits & 1) !== 0,
      newPool: above.newPool + from.signed(),
    }
  }
  if (exploreRate === 0) return CERTAIN
  const head = from.varint()
  return { ...CERTAIN, pool: Math.floor(head / 2), best: head % 2 === 1 }
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

/** Bit n − 1 stands for the code n; the counts follow in the order of the codes. */
function writeRefusals(counts: RefusalCounts, to: ByteWriter): void {
  const refused = [...REFUSALS].filter(([, code]) => (counts[code] ?? 0) > 0)
  to.varint(refused.reduce((bits, [number]) => bits + 2 ** (number - 1), 0))
  for (const [, code] of refused) to.varint(counts[code] ?? 0)
}

function readRefusals(from: ByteReader): RefusalCounts {
  const counts: Partial<Record<RefusalCode, number>> = {}
  let bits = from.varint()
  for (let number = 1; bits > 0; number++, bits = Math.floor(bits / 2)) {
    if (bits % 2 === 0) continue
    const code = REFUSALS.get(number)
    if (code === undefined) throw new RangeError('unknown refusal code')
    counts[code] = from.varint()
  }
  return counts
}

const REFUSALS = byNumber(REFUSAL_CODES)
const REASONS = byNumber(REASON_CODES)

function byNumber<Code extends string>(codes: Readonly<Record<Code, number>>): ReadonlyMap<number, Code> {
  const entries: [number, Code][] = []
  for (const code in codes) entries.push([codes[code], code])
  return new Map(entries)
}
