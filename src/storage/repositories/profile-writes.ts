import type { ConsentState } from '../../contracts/consent.ts'
import { CodedError } from '../../contracts/errors.ts'
import { parseUuid, uuidv7 } from '../../contracts/ids.ts'
import type { ProfileRow, ProfileStateWrite } from '../../core/ports.ts'
import { integer, scalar } from '../dialects/sqlite/row.ts'
import { hashName, seal } from '../seal.ts'
import type { WriteContext } from './writing.ts'

/** One name of a shopper: a customer the store knows, or a device it does not. */
export interface ProfileName {
  readonly known: boolean
  readonly id: string
  readonly at: number
  /** Index into LEGAL_BASES. */
  readonly basis: number
}

export function profileHash(pepper: string, known: boolean, id: string): Uint8Array {
  return hashName(pepper, known ? 'user' : 'anonymous', id)
}

/** Rows of names as they stand (not canonical); new ones get a row, a UUID and a key of their own. */
export function resolveProfiles(
  context: WriteContext,
  { names, now }: { names: readonly ProfileName[]; now: number },
): Int32Array {
  const { connection, keyring, random } = context
  const find = connection.statement('SELECT row FROM profiles WHERE hash = ?')
  const add = connection.statement(
    'INSERT INTO profiles (row, id, hash, known, sealed, created_at, last_seen_at, basis) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  // The row is chosen beforehand, since the seal is bound to it; AUTOINCREMENT remembers the largest ever given.
  let last = scalar(
    connection.statement("SELECT coalesce(max(seq), 0) AS n FROM sqlite_sequence WHERE name = 'profiles'").get(),
    'n',
  )
  const rows = new Int32Array(names.length)
  for (const [i, { known, id, at, basis }] of names.entries()) {
    const hash = profileHash(keyring.pepper, known, id)
    const found = find.get(hash)
    if (found !== undefined) {
      rows[i] = integer(found, 'row')
      continue
    }
    const uuid = parseUuid(uuidv7(now, (bytes) => bytes.set(random.take(bytes.length))))
    if (uuid === undefined) throw new TypeError('a made UUID must parse')
    const row = ++last
    const sealed = seal(keyring.ensure(row, random), id, `name ${row}`, random)
    add.run(row, uuid, hash, known ? 1 : 0, sealed, at, at, basis)
    rows[i] = row
  }
  return rows
}

/** @throws CodedError PROFILE_NOT_FOUND when a profile was erased meanwhile; nothing is written then */
export function writeStates({ connection }: WriteContext, states: readonly ProfileStateWrite[]): void {
  putStates({ connection }, states, () => false)
}

/** @param isThere true where the caller has just seen the profile */
export function putStates(
  { connection }: Pick<WriteContext, 'connection'>,
  states: readonly ProfileStateWrite[],
  isThere: (profile: ProfileRow) => boolean,
): void {
  const exists = connection.statement('SELECT 1 AS yes FROM profiles WHERE row = ?')
  const write = connection.statement(
    `INSERT INTO profile_states (profile, version, state) VALUES (?, ?, ?)
     ON CONFLICT (profile) DO UPDATE SET version = excluded.version, state = excluded.state`,
  )
  for (const { profile, version, state } of states) {
    if (!isThere(profile) && exists.get(profile) === undefined) {
      throw new CodedError('PROFILE_NOT_FOUND', { profile })
    }
    write.run(profile, version, state)
  }
}

/** Statements are kept as they were made; the same one a second time changes nothing. */
export function writeConsents(
  { connection }: WriteContext,
  { profile, consents }: { profile: ProfileRow; consents: readonly ConsentState[] },
): void {
  const exists = connection.statement('SELECT 1 AS yes FROM profiles WHERE row = ?')
  if (exists.get(profile) === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile })
  const write = connection.statement(
    `INSERT INTO consents (profile, purpose, at, source, granted) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET granted = min(granted, excluded.granted)`,
  )
  for (const { purpose, at, source, granted } of consents) write.run(profile, purpose, at, source, granted ? 1 : 0)
}

export function markBot({ connection }: WriteContext, { profile, bot }: { profile: ProfileRow; bot: boolean }): void {
  connection.statement('UPDATE profiles SET bot = ? WHERE row = ?').run(bot ? 1 : 0, profile)
}
