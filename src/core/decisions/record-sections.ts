import type { ProductRow } from '../ports.ts'
import type { ByteReader, ByteWriter } from '../profiles/bytes.ts'

/** A product as a list of the store names it: by its row, or by its id where the catalogue does not know it. */
export type ListedProduct = ProductRow | string

/** Parts of a decision record that most decisions lack. */
export interface Sections {
  /** Left out: the default market. */
  readonly market?: string
  /** What the page was about: its product, or what was in the cart. */
  readonly anchors?: readonly ProductRow[]
  /** The path of the category whose products were ranked. */
  readonly category?: string
  /** Products of the store's list that the catalogue does not know: they follow the items. */
  readonly unknown?: readonly string[]
  /** Rows of rules that rested, since their limit was reached. */
  readonly resting?: readonly number[]
  /** In shadow mode: what the store showed, in its order. */
  readonly shown?: readonly ListedProduct[]
  /** How many of those were sold out then; left out: none. */
  readonly shownSoldOut?: number
  /** Where it stands in the experiment that ran on the placement. */
  readonly experiment?: ExperimentMark
  /** A ghost: decided and logged, but held back from the shopper, who is in a holdout. */
  readonly held?: true
  /** What it was made from was kept, so that it can be replayed. */
  readonly captured?: true
}

export interface ExperimentMark {
  /** The experiment's row. */
  readonly experiment: number
  /** Index of the arm; below zero where the shopper is left out: one of LEFT_OUT. */
  readonly arm: number
}

/** Why a decision counts for no arm. The number is what a record keeps: never renumber, append only. */
export const LEFT_OUT = { no_id: -1, no_consent: -2, objection: -3, bot: -4 } as const
export type LeftOut = keyof typeof LEFT_OUT

/** Never renumber: the number is the bit that says that a section is there. */
const BITS = {
  market: 1,
  anchors: 2,
  category: 4,
  unknown: 8,
  resting: 16,
  shown: 32,
  experiment: 64,
  held: 128,
  captured: 256,
  shownSoldOut: 512,
} as const
const ALL_BITS = Object.values(BITS).reduce((all, bit) => all | bit, 0)

/** Format: varint of the bits, then each section that is there, in the order of the bits. */
export function writeSections(sections: Sections, to: ByteWriter): void {
  const { market, anchors, category, unknown, resting, shown, shownSoldOut, experiment } = sections
  let bits = 0
  if (market !== undefined) bits |= BITS.market
  if (anchors !== undefined) bits |= BITS.anchors
  if (category !== undefined) bits |= BITS.category
  if (unknown !== undefined) bits |= BITS.unknown
  if (resting !== undefined) bits |= BITS.resting
  if (shown !== undefined) bits |= BITS.shown
  if (experiment !== undefined) bits |= BITS.experiment
  if (sections.held) bits |= BITS.held
  if (sections.captured) bits |= BITS.captured
  if (shownSoldOut !== undefined) bits |= BITS.shownSoldOut
  to.varint(bits)
  if (market !== undefined) to.text(market)
  if (anchors !== undefined) writeAll(anchors, to, (row) => to.varint(row))
  if (category !== undefined) to.text(category)
  if (unknown !== undefined) writeAll(unknown, to, (id) => to.text(id))
  if (resting !== undefined) writeAll(resting, to, (row) => to.varint(row))
  if (shown !== undefined) writeAll(shown, to, (product) => writeListed(product, to))
  if (experiment !== undefined) {
    to.varint(experiment.experiment)
    to.signed(experiment.arm)
  }
  if (shownSoldOut !== undefined) to.varint(shownSoldOut)
}

export function readSections(from: ByteReader): Sections {
  const bits = from.varint()
  if ((bits & ~ALL_BITS) !== 0) throw new RangeError('unknown section of a decision record')
  return {
    ...((bits & BITS.market) === 0 ? {} : { market: from.text() }),
    ...((bits & BITS.anchors) === 0 ? {} : { anchors: readAll(from, () => from.varint()) }),
    ...((bits & BITS.category) === 0 ? {} : { category: from.text() }),
    ...((bits & BITS.unknown) === 0 ? {} : { unknown: readAll(from, () => from.text()) }),
    ...((bits & BITS.resting) === 0 ? {} : { resting: readAll(from, () => from.varint()) }),
    ...((bits & BITS.shown) === 0 ? {} : { shown: readAll(from, () => readListed(from)) }),
    ...((bits & BITS.experiment) === 0 ? {} : { experiment: { experiment: from.varint(), arm: from.signed() } }),
    ...((bits & BITS.held) === 0 ? {} : { held: true }),
    ...((bits & BITS.captured) === 0 ? {} : { captured: true }),
    ...((bits & BITS.shownSoldOut) === 0 ? {} : { shownSoldOut: from.varint() }),
  }
}

/** 0 and the id, or the row plus 1. */
function writeListed(product: ListedProduct, to: ByteWriter): void {
  to.varint(typeof product === 'string' ? 0 : product + 1)
  if (typeof product === 'string') to.text(product)
}

function readListed(from: ByteReader): ListedProduct {
  const number = from.varint()
  return number === 0 ? from.text() : number - 1
}

function writeAll<T>(values: readonly T[], to: ByteWriter, write: (value: T) => void): void {
  to.varint(values.length)
  for (const value of values) write(value)
}

/** Grows as it reads, so that a damaged count does not ask for memory. */
function readAll<T>(from: ByteReader, read: () => T): T[] {
  const values: T[] = []
  for (let n = from.varint(); n > 0; n--) values.push(read())
  return values
}
