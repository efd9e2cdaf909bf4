import { EVENT_KINDS } from '../../contracts/vocabulary.ts'
import type { InteractionColumns, InteractionWindow, ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { scalar } from '../dialects/sqlite/row.ts'
import { botProfiles, movedProfiles } from './identities.ts'

export const INTERACTION_CHUNK = 65_536

/**
 * Lines of events as columns, in the order of arrival. Left out: events marked as bots, and shoppers marked as bots
 * (also when the mark came later). A line whose event names no shopper has profile −1. Lines that arrive meanwhile
 * are not in it.
 */
export async function* readInteractions(
  connection: Connection,
  window: InteractionWindow,
  chunk = INTERACTION_CHUNK,
): AsyncGenerator<InteractionColumns> {
  const moved = movedProfiles(connection)
  const bots = botProfiles(connection, moved)
  const kinds = window.kinds.map((kind) => EVENT_KINDS[kind])
  const last = scalar(connection.statement('SELECT coalesce(max(row), 0) AS n FROM lines').get(), 'n')
  const statement = connection.arrays(
    `SELECT row, profile, product, kind, at, quantity, price_micros, basket FROM lines
     WHERE row > ? AND row <= ? AND at >= ? AND at < ? AND bot = 0
       AND kind IN (${kinds.join(', ')})
     ORDER BY row LIMIT ?`,
  )
  for (let after = 0; ; ) {
    // With array rows each row is a plain tuple in the order of the columns above.
    const rows = statement.all(after, last, window.from, window.to, chunk) as unknown as Tuple[]
    const end = rows.at(-1)
    if (end === undefined) return
    after = end[0]
    yield columnsOf(rows, moved, bots)
    if (rows.length < chunk) return
  }
}

type Tuple = readonly [
  row: number,
  profile: number | null,
  product: number,
  kind: number,
  at: number,
  quantity: number,
  priceMicros: number | null,
  basket: number,
]

function columnsOf(
  rows: readonly Tuple[],
  moved: ReadonlyMap<ProfileRow, ProfileRow>,
  bots: ReadonlySet<ProfileRow>,
): InteractionColumns {
  const n = rows.length
  const columns = {
    profile: new Int32Array(n),
    product: new Int32Array(n),
    kind: new Uint8Array(n),
    at: new Float64Array(n),
    quantity: new Float32Array(n),
    priceMicros: new Float64Array(n),
    basket: new Int32Array(n),
  }
  let length = 0
  for (const [, named, product, kind, at, quantity, priceMicros, basket] of rows) {
    const profile = named === null ? -1 : (moved.get(named) ?? named)
    if (bots.has(profile)) continue
    columns.profile[length] = profile
    columns.product[length] = product
    columns.kind[length] = kind
    columns.at[length] = at
    columns.quantity[length] = quantity
    columns.priceMicros[length] = priceMicros ?? Number.NaN
    columns.basket[length] = basket
    length++
  }
  if (length === n) return { length, ...columns }
  return {
    length,
    profile: columns.profile.slice(0, length),
    product: columns.product.slice(0, length),
    kind: columns.kind.slice(0, length),
    at: columns.at.slice(0, length),
    quantity: columns.quantity.slice(0, length),
    priceMicros: columns.priceMicros.slice(0, length),
    basket: columns.basket.slice(0, length),
  }
}
