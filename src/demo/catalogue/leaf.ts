import type { Shape } from './picture.ts'

/** A category of the third level, with what its goods are like. */
export interface Leaf {
  readonly name: string
  /** What one piece is called, in English and Chinese. */
  readonly noun: string
  readonly nounZh: string
  /** Median price in whole units of the currency. */
  readonly price: number
  readonly shape: Shape
  /** Days until it is used up; 0 for goods that last. */
  readonly lasts: number
  /** The month of most demand, 1 to 12; 0 for none. */
  readonly peak: number
  /** Comes in sizes, else in colours or not at all. */
  readonly sized: boolean
}

/** A group's leaves go together in baskets: who buys one often buys another of the same group. */
export interface Group {
  readonly department: string
  readonly name: string
  readonly leaves: readonly [Leaf, ...Leaf[]]
}

/** One line: name | noun | Chinese | price | shape | days it lasts | peak month | sized. */
export function group(department: string, name: string, rows: string): Group {
  const [first, ...rest] = rows.trim().split('\n').map(leafOf)
  if (first === undefined) throw new RangeError(`the group ${name} has no leaves`)
  return { department, name, leaves: [first, ...rest] }
}

function leafOf(row: string): Leaf {
  const [name = '', noun = '', nounZh = '', price = '', shape = '', lasts = '0', peak = '0', sized = ''] = row
    .split('|')
    .map((cell) => cell.trim())
  if (!(Number(price) > 0)) throw new RangeError(`the leaf ${name} has no price`)
  return {
    name,
    noun,
    nounZh,
    price: Number(price),
    // The tables beside this file are written by hand; a test draws every shape that they name.
    shape: shape as Shape,
    lasts: Number(lasts),
    peak: Number(peak),
    sized: sized === 'sized',
  }
}
