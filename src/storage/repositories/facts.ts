import type { LegalBasis, Purpose } from '../../contracts/consent.ts'
import { EVENT_KINDS, LEGAL_BASES, PURPOSES } from '../../contracts/vocabulary.ts'
import type { DataFacts } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import { countEvents } from './facts-events.ts'
import { countLines } from './facts-lines.ts'
import { botProfiles, movedProfiles } from './identities.ts'
import { deniedProfiles } from './withheld.ts'

/** Facts about all data, from one state of the store: one pass over the events, one over their lines. */
export function readFacts(connection: Connection): DataFacts {
  return connection.snapshot(() => {
    const moved = movedProfiles(connection)
    const bots = botProfiles(connection, moved)
    return {
      ...productFacts(connection),
      ...profileFacts(connection),
      bots: bots.size,
      ...countEvents(connection, moved, bots),
      ...countLines(connection, moved),
      ...orderFacts(connection),
    }
  })
}

function productFacts(connection: Connection) {
  const row = connection
    .statement(
      `SELECT count(*) FILTER (WHERE deleted_at IS NULL) AS products,
         count(*) FILTER (WHERE deleted_at IS NULL AND body IS NULL) AS undescribed,
         count(*) FILTER (WHERE deleted_at IS NULL AND body IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM offers WHERE product = products.row)) AS without_price,
         count(*) FILTER (WHERE deleted_at IS NOT NULL) AS deleted
       FROM products`,
    )
    .get()
  return {
    products: scalar(row, 'products'),
    productsUndescribed: scalar(row, 'undescribed'),
    productsWithoutPrice: scalar(row, 'without_price'),
    productsDeleted: scalar(row, 'deleted'),
  }
}

function profileFacts(connection: Connection) {
  const profilesByBasis: Record<LegalBasis, number> = { consent: 0, contract: 0, sample: 0 }
  const rows = connection
    .statement(
      `SELECT basis, count(*) AS n FROM (
         SELECT min(p.basis) AS basis FROM profiles p LEFT JOIN canonical_profiles c ON c.profile = p.row
         GROUP BY coalesce(c.canonical, p.row))
       GROUP BY basis`,
    )
    .all()
  let profiles = 0
  for (const row of rows) {
    const basis = LEGAL_BASES[integer(row, 'basis')]
    if (basis !== undefined) profilesByBasis[basis] = integer(row, 'n')
    profiles += integer(row, 'n')
  }
  const profilesDenied: Record<Purpose, number> = {
    personalisation: 0,
    analytics: 0,
    advertising: 0,
    email_marketing: 0,
    push_marketing: 0,
  }
  for (const purpose of PURPOSES) profilesDenied[purpose] = deniedProfiles(connection, purpose)
  return { profiles, profilesByBasis, profilesDenied }
}

function orderFacts(connection: Connection) {
  const { order_completed, order_refunded } = EVENT_KINDS
  const row = connection
    .statement(
      `SELECT (SELECT count(*) FROM orders WHERE completed = 1) AS named,
         count(*) FILTER (WHERE e.kind = ${order_completed} AND e."order" IS NULL) AS unnamed,
         count(*) FILTER (WHERE e.kind = ${order_refunded}) AS refunds,
         count(*) FILTER (WHERE e.kind = ${order_refunded} AND coalesce(o.completed, 0) = 0) AS unmatched
       FROM events e LEFT JOIN orders o ON o.row = e."order"
       WHERE e.kind IN (${order_completed}, ${order_refunded})`,
    )
    .get()
  return {
    orders: scalar(row, 'named') + scalar(row, 'unnamed'),
    refunds: scalar(row, 'refunds'),
    refundsUnmatched: scalar(row, 'unmatched'),
  }
}
