import type { Purpose } from '../../contracts/consent.ts'
import { LEGAL_BASES } from '../../contracts/vocabulary.ts'
import type { ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer } from '../dialects/sqlite/row.ts'

/** On a basis that is not consent a shopper is profiled until they say no. */
const CONSENT = LEGAL_BASES.indexOf('consent')

/**
 * Canonical rows of shoppers whose data may not be used for a purpose: their latest statement is a no, or their basis
 * is consent and there is no yes. What linked rows say counts for all of them, with the narrowest of their bases.
 */
export function withheldProfiles(connection: Connection, purpose: Purpose): Set<ProfileRow> {
  const rows = connection
    .arrays(
      `WITH shopper AS (
         SELECT coalesce(c.canonical, p.row) AS canonical, min(p.basis) AS basis
         FROM profiles p LEFT JOIN canonical_profiles c ON c.profile = p.row
         GROUP BY 1
       ), said AS (
         SELECT coalesce(c.canonical, s.profile) AS canonical, s.granted,
           row_number() OVER (PARTITION BY coalesce(c.canonical, s.profile) ORDER BY s.at DESC, s.granted) AS latest
         FROM consents s LEFT JOIN canonical_profiles c ON c.profile = s.profile
         WHERE s.purpose = ?
       )
       SELECT shopper.canonical FROM shopper LEFT JOIN said ON said.canonical = shopper.canonical AND said.latest = 1
       WHERE said.granted = 0 OR (said.granted IS NULL AND shopper.basis = ${CONSENT})`,
    )
    .all(purpose)
  return new Set(rows.flatMap((row) => Object.values(row)).map(Number))
}

/** For a single check, the same rule as data: how many shoppers said no. */
export function deniedProfiles(connection: Connection, purpose: Purpose): number {
  const row = connection
    .statement(
      `SELECT count(*) AS n FROM (
         SELECT granted, row_number() OVER (
           PARTITION BY coalesce(c.canonical, s.profile) ORDER BY s.at DESC, s.granted) AS latest
         FROM consents s LEFT JOIN canonical_profiles c ON c.profile = s.profile WHERE s.purpose = ?)
       WHERE latest = 1 AND granted = 0`,
    )
    .get(purpose)
  return row === undefined ? 0 : integer(row, 'n')
}
