import { EVENT_KINDS } from '../../contracts/vocabulary.ts'
import type { DataFacts, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'

const MINUTE = 60_000
const SUPPORT = 5
const CHUNK = 65_536

type Tuple = readonly [row: number, event: number, profile: number | null, product: number, kind: number, at: number]

/**
 * What one pass over the lines tells: how many there are, how many look like repetitions, and how many products were
 * bought by five shoppers or more.
 *
 * Solves   equal (shopper, product, kind, minute) in different events; distinct (product, shopper) pairs of purchases
 * Cost     O(lines · log lines) time, 16 bytes a line: both are sorted as plain numbers
 * Differs  the four are folded into 53 bits, so that two different ones may meet: at ten million lines about once in
 *          two hundred stores is one line too many reported
 */
export function countLines(
  connection: Connection,
  moved: ReadonlyMap<ProfileRow, ProfileRow>,
): Pick<DataFacts, 'interactions' | 'likelyDuplicates' | 'productsWithSupport'> {
  const count = scalar(connection.statement('SELECT count(*) AS n FROM lines').get(), 'n')
  const prints = new Float64Array(count)
  const purchases = new Float64Array(count)
  let printed = 0
  let bought = 0
  let event = -1
  const inEvent = new Set<number>()
  for (const [, lineEvent, named, product, kind, at] of lineTuples(connection)) {
    if (named === null) continue
    const profile = moved.get(named) ?? named
    if (lineEvent !== event) {
      event = lineEvent
      inEvent.clear()
    }
    // One event may name a product twice; that is no repetition.
    if (inEvent.has(product)) continue
    inEvent.add(product)
    prints[printed++] = fingerprint(profile, product, kind, Math.floor(at / MINUTE))
    if (kind === EVENT_KINDS.order_completed) purchases[bought++] = product * 2 ** 31 + profile
  }
  return {
    interactions: count,
    likelyDuplicates: countRepeated(prints.subarray(0, printed)),
    productsWithSupport: countSupported(purchases.subarray(0, bought)),
  }
}

/** How many numbers stand in the array already. */
function countRepeated(numbers: Float64Array): number {
  numbers.sort()
  let repeated = 0
  for (let i = 1; i < numbers.length; i++) if (numbers[i] === numbers[i - 1]) repeated++
  return repeated
}

/** Pairs are product · 2³¹ + shopper: sorted, the shoppers of a product stand beside each other. */
function countSupported(pairs: Float64Array): number {
  pairs.sort()
  let supported = 0
  let product = -1
  let shoppers = 0
  for (let i = 0; i < pairs.length; i++) {
    if (i > 0 && pairs[i] === pairs[i - 1]) continue
    const own = Math.floor(pairs[i]! / 2 ** 31)
    shoppers = own === product ? shoppers + 1 : 1
    product = own
    if (shoppers === SUPPORT) supported++
  }
  return supported
}

/** Two rounds of 32-bit mixing (the finaliser of MurmurHash3, Appleby 2011) with different seeds, 53 bits kept. */
function fingerprint(a: number, b: number, c: number, d: number): number {
  const high = mix(mix(mix(mix(0x9e3779b9, a), b), c), d)
  const low = mix(mix(mix(mix(0x85ebca6b, d), c), b), a)
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

function mix(seed: number, value: number): number {
  let h = Math.imul(seed ^ value, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

function* lineTuples(connection: Connection): Generator<Tuple> {
  const statement = connection.arrays(
    `SELECT row, event, profile, product, kind, at FROM lines WHERE row > ? ORDER BY row LIMIT ${CHUNK}`,
  )
  for (let after = 0; ; ) {
    // With array rows each row is a plain tuple in the order of the columns above.
    const rows = statement.all(after) as unknown as Tuple[]
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return
    after = last[0]
  }
}
