import type { ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer } from '../dialects/sqlite/row.ts'
import { canonicalRows, type Link } from '../identity-graph.ts'
import { membersOf } from './identities.ts'
import { noteChangedCounting } from './outcome-changes.ts'
import type { WriteContext } from './writing.ts'

/** Appends a link; false where it would make one shopper of two known customers, or names a row that is gone. */
export function linkProfiles(
  { connection }: WriteContext,
  { from, to, cause, at }: { from: ProfileRow; to: ProfileRow; cause: string; at: number },
): boolean {
  const rows = [...new Set([...membersOf(connection, from), ...membersOf(connection, to)])]
  const known = knownRows(connection, rows)
  if (known === undefined || known.size > 1) return false
  const links = activeLinks(connection, rows)
  if (links.some((link) => link.from === from && link.to === to)) return true
  connection
    .statement('INSERT INTO identity_links (from_profile, to_profile, at, cause) VALUES (?, ?, ?, ?)')
    .run(from, to, at, cause)
  writeCanonical(connection, rows, [...links, { from, to }], known)
  noteChangedCounting({ connection }, rows)
  return true
}

/** Undoes the links from one row to another; what they joined parts again. False where there was none. */
export function unlinkProfiles(
  { connection }: WriteContext,
  { from, to, at }: { from: ProfileRow; to: ProfileRow; at: number },
): boolean {
  const rows = membersOf(connection, from)
  const undone = connection
    .statement(
      'UPDATE identity_links SET undone_at = ? WHERE from_profile = ? AND to_profile = ? AND undone_at IS NULL',
    )
    .run(at, from, to).changes
  if (Number(undone) === 0) return false
  writeCanonical(connection, rows, activeLinks(connection, rows), knownRows(connection, rows) ?? new Set())
  noteChangedCounting({ connection }, rows)
  return true
}

/** Which of the rows are known customers; undefined where one of them does not exist. */
function knownRows(connection: Connection, rows: readonly ProfileRow[]): Set<ProfileRow> | undefined {
  const find = connection.statement('SELECT known FROM profiles WHERE row = ?')
  const known = new Set<ProfileRow>()
  for (const row of rows) {
    const profile = find.get(row)
    if (profile === undefined) return undefined
    if (integer(profile, 'known') === 1) known.add(row)
  }
  return known
}

function activeLinks(connection: Connection, rows: readonly ProfileRow[]): Link[] {
  const find = connection.statement(
    'SELECT from_profile, to_profile FROM identity_links WHERE from_profile = ? AND undone_at IS NULL ORDER BY row',
  )
  return rows.flatMap((row) =>
    find.all(row).map((link) => ({ from: integer(link, 'from_profile'), to: integer(link, 'to_profile') })),
  )
}

function writeCanonical(
  connection: Connection,
  rows: readonly ProfileRow[],
  links: readonly Link[],
  known: ReadonlySet<ProfileRow>,
): void {
  const canonical = canonicalRows(rows, links, (row) => known.has(row))
  const alone = new Set(rows)
  for (const { from, to } of links) {
    if (from === to) continue
    alone.delete(from)
    alone.delete(to)
  }
  const remove = connection.statement('DELETE FROM canonical_profiles WHERE profile = ?')
  const put = connection.statement(
    `INSERT INTO canonical_profiles (profile, canonical) VALUES (?, ?)
     ON CONFLICT (profile) DO UPDATE SET canonical = excluded.canonical`,
  )
  for (const [row, head] of canonical) {
    if (alone.has(row)) remove.run(row)
    else put.run(row, head)
  }
}
