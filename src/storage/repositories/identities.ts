import type { ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer } from '../dialects/sqlite/row.ts'

export function canonicalOf(connection: Connection, row: ProfileRow): ProfileRow {
  const found = connection.statement('SELECT canonical FROM canonical_profiles WHERE profile = ?').get(row)
  return found === undefined ? row : integer(found, 'canonical')
}

/** All rows of the same shopper, the canonical one first. */
export function membersOf(connection: Connection, row: ProfileRow): ProfileRow[] {
  const canonical = canonicalOf(connection, row)
  const rest = connection
    .statement('SELECT profile FROM canonical_profiles WHERE canonical = ? AND profile <> ?1 ORDER BY profile')
    .all(canonical)
  return [canonical, ...rest.map((one) => integer(one, 'profile'))]
}

/** Linked rows → their canonical row. */
export function movedProfiles(connection: Connection): Map<ProfileRow, ProfileRow> {
  const moved = new Map<ProfileRow, ProfileRow>()
  for (const row of connection.statement('SELECT profile, canonical FROM canonical_profiles').iterate()) {
    moved.set(integer(row, 'profile'), integer(row, 'canonical'))
  }
  return moved
}

/** Canonical rows of shoppers of whom one row is marked as a bot. */
export function botProfiles(connection: Connection, moved: ReadonlyMap<ProfileRow, ProfileRow>): Set<ProfileRow> {
  const bots = new Set<ProfileRow>()
  for (const row of connection.statement('SELECT row FROM profiles WHERE bot = 1').iterate()) {
    const bot = integer(row, 'row')
    bots.add(moved.get(bot) ?? bot)
  }
  return bots
}
