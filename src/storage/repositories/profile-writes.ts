import type { ConsentState } from '../../contracts/consent.ts'
import { CodedError } from '../../contracts/errors.ts'
import { parseUuid, uuidv7 } from '../../contracts/uuid.ts'
import type { ProfileRow, ProfileStateWrite } from '../../core/ports.ts'
import { integer, scalar, text } from '../dialects/sqlite/row.ts'
import { hashName, seal } from '../seal.ts'
import { membersOf } from './identities.ts'
import { noteChange } from './outcome-changes.ts'
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
  return Int32Array.from(names, (name) => resolveProfile(context, name, now))
}

export function resolveProfile(context: WriteContext, { known, id, at, basis }: ProfileName, now: number): ProfileRow {
  const { connection, keyring, random, names } = context
  const name = `${known ? 'u' : 'a'}${id}`
  const cached = names.profiles.get(name)
  if (cached !== undefined) return cached
  const hash = profileHash(keyring.pepper, known, id)
  const found = connection.statement('SELECT row FROM profiles WHERE hash = ?').get(hash)
  const row = found === undefined ? addProfile() : integer(found, 'row')
  names.profiles.set(name, row)
  return row

  function addProfile(): ProfileRow {
    const uuid = parseUuid(uuidv7(now, (bytes) => bytes.set(random.take(bytes.length))))
    if (uuid === undefined) throw new TypeError('a made UUID must parse')
    // The row is chosen beforehand, since the seal is bound to it; AUTOINCREMENT remembers the largest ever given.
    const last = connection.statement("SELECT coalesce(max(seq), 0) AS n FROM sqlite_sequence WHERE name = 'profiles'")
    const next = scalar(last.get(), 'n') + 1
    const sealed = seal(keyring.ensure(next, random), id, `name ${next}`, random)
    connection
      .statement(
        `INSERT INTO profiles (row, id, hash, known, sealed, created_at, basis)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(next, uuid, hash, known ? 1 : 0, sealed, at, basis)
    return next
  }
}

/** States of profiles that were erased meanwhile are left out. */
export function writeStates({ connection }: WriteContext, states: readonly ProfileStateWrite[]): void {
  const write = connection.statement(
    `INSERT INTO profile_states (profile, version, state, through)
     SELECT row, ?2, ?3, ?4 FROM profiles WHERE row = ?1
     ON CONFLICT (profile) DO UPDATE SET version = excluded.version, state = excluded.state, through = excluded.through`,
  )
  for (const { profile, version, state, through } of states) write.run(profile, version, state, through)
}

/** Statements are kept as they were made; the same one a second time changes nothing. */
export function writeConsents(
  context: WriteContext,
  { profile, consents }: { profile: ProfileRow; consents: readonly ConsentState[] },
): void {
  const exists = context.connection.statement('SELECT 1 AS yes FROM profiles WHERE row = ?')
  if (exists.get(profile) === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile })
  for (const consent of consents) addConsent(context, profile, consent)
}

export function addConsent(
  context: Pick<WriteContext, 'connection'>,
  profile: ProfileRow,
  consent: ConsentState,
): void {
  // Outcomes hang on analytics, and on what all linked rows said of it.
  const matters = consent.purpose === 'analytics'
  const before = matters ? latestWord(context, profile) : undefined
  putConsent(context, profile, consent)
  if (matters && latestWord(context, profile) !== before) noteChange(context, profile)
}

/** What a shopper said last on analytics; of two words at one moment the refusal. */
function latestWord({ connection }: Pick<WriteContext, 'connection'>, profile: ProfileRow): number | undefined {
  const find = connection.statement(
    "SELECT at, granted FROM consents WHERE profile = ? AND purpose = 'analytics' ORDER BY at DESC, granted LIMIT 1",
  )
  const words = membersOf(connection, profile)
    .map((member) => find.get(member))
    .filter((row) => row !== undefined)
    .map((row) => ({ at: integer(row, 'at'), granted: integer(row, 'granted') }))
  return words.sort((a, b) => b.at - a.at || a.granted - b.granted)[0]?.granted
}

function putConsent(
  { connection }: Pick<WriteContext, 'connection'>,
  profile: ProfileRow,
  { purpose, at, source, granted }: ConsentState,
): void {
  const said = granted ? 1 : 0
  const latest = connection
    .statement('SELECT at, source, granted FROM consents WHERE profile = ? AND purpose = ? ORDER BY at DESC LIMIT 2')
    .all(profile, purpose)
  const [last, before] = latest
  // A browser repeats what was said with every event: of an unbroken run the first and the last statement are kept.
  if (
    last !== undefined &&
    before !== undefined &&
    integer(last, 'at') <= at &&
    latest.every((one) => integer(one, 'granted') === said && text(one, 'source') === source)
  ) {
    connection
      .statement('UPDATE consents SET at = ? WHERE profile = ? AND purpose = ? AND at = ? AND source = ?')
      .run(at, profile, purpose, integer(last, 'at'), source)
    return
  }
  connection
    .statement(
      `INSERT INTO consents (profile, purpose, at, source, granted) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET granted = min(granted, excluded.granted)`,
    )
    .run(profile, purpose, at, source, said)
}
