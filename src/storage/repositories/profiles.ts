import type { ConsentState, LegalBasis, Purpose } from '../../contracts/consent.ts'
import { formatUuid, parseUuid } from '../../contracts/uuid.ts'
import { LEGAL_BASES, PURPOSES } from '../../contracts/vocabulary.ts'
import type {
  Clock,
  Identity,
  IdentityLink,
  ProfileRepository,
  ProfileRow,
  StoredProfile,
  StoredState,
} from '../../core/ports.ts'
import { bytes, integer, optionalBytes, optionalInteger, type Row, scalar, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { canonicalOf, membersOf } from './identities.ts'
import { type ProfileName, profileHash } from './profile-writes.ts'
import { mergeTraits, readTraits } from './traits.ts'
import type { ReadContext } from './writing.ts'

/** More names than this are resolved on the writer's thread, so that the calling one stays quick. */
const INLINE = 256

export function createProfileRepository(read: ReadContext, writer: WriterClient, clock: Clock): ProfileRepository {
  const { connection, keyring } = read
  const byHash = (known: boolean, id: string) =>
    connection.statement('SELECT row FROM profiles WHERE hash = ?').get(profileHash(keyring.pepper, known, id))
  return {
    async resolve(identities) {
      const names = identities.map(nameOf)
      if (names.length <= INLINE) {
        const rows = names.map(({ known, id }) => byHash(known, id))
        if (rows.every((row) => row !== undefined)) return Int32Array.from(rows, (row) => scalar(row, 'row'))
      }
      return writer.call('resolveProfiles', { names, now: clock() })
    },
    canonical: async (row) => canonicalOf(connection, row),
    members: async (row) => membersOf(connection, row),
    async find(id) {
      const uuid = parseUuid(id)
      const row =
        byHash(true, id) ??
        byHash(false, id) ??
        (uuid && connection.statement('SELECT row FROM profiles WHERE id = ?').get(uuid))
      return row && storedProfile(read, integer(row, 'row'))
    },
    byRow: async (row) => storedProfile(read, row),
    async count() {
      // Linked ones count once: each stands in canonical_profiles, and one of them leads to itself.
      const row = connection
        .statement(
          `SELECT (SELECT count(*) FROM profiles)
             - (SELECT count(*) FROM canonical_profiles WHERE profile <> canonical) AS n`,
        )
        .get()
      return scalar(row, 'n')
    },
    async states(rows) {
      const find = connection.statement(
        `SELECT version, state, through, last_event FROM profiles_seen
           LEFT JOIN profile_states ON profile_states.profile = row
         WHERE row = ? AND (version IS NOT NULL OR last_event IS NOT NULL)`,
      )
      const states = new Map<ProfileRow, StoredState>()
      for (const profile of rows) {
        const row = find.get(profile)
        if (row !== undefined) states.set(profile, storedState(row))
      }
      return states
    },
    writeStates: (states) => writer.call('writeStates', states),
    consents: async (row) => readConsents(read, row),
    writeConsents: (profile, consents) => writer.call('writeConsents', { profile, consents }),
    async traits(row) {
      const merged = membersOf(connection, row)
        .map((member) => readTraits(read, member))
        .reduce(mergeTraits, {})
      return Object.fromEntries(Object.entries(merged).map(([name, [value]]) => [name, value]))
    },
    markBot: (profile, bot) => writer.call('markBot', { profile, bot }),
    link: (from, to, cause, at) => writer.call('linkProfiles', { from, to, cause, at }),
    unlink: (from, to, at) => writer.call('unlinkProfiles', { from, to, at }),
    async links(row) {
      const find = connection.statement(
        'SELECT * FROM identity_links WHERE from_profile = ?1 OR to_profile = ?1 ORDER BY row',
      )
      const links = new Map<number, IdentityLink>()
      for (const member of membersOf(connection, row)) {
        for (const link of find.all(member)) links.set(integer(link, 'row'), linkOf(link))
      }
      return [...links].sort(([a], [b]) => a - b).map(([, link]) => link)
    },
    async erase(profile) {
      const { counts, members } = await writer.call('eraseProfile', { profile, at: clock() })
      const keys = await writer.destroyKeys(members)
      return keys === 0 ? counts : { ...counts, profile_keys: keys }
    },
  }
}

function storedState(row: Row): StoredState {
  return {
    version: optionalInteger(row, 'version') ?? 0,
    state: optionalBytes(row, 'state') ?? new Uint8Array(0),
    through: optionalInteger(row, 'through') ?? 0,
    lastEvent: optionalInteger(row, 'last_event') ?? 0,
  }
}

function nameOf(identity: Identity): ProfileName {
  const { userId, anonymousId, at } = identity
  const basis = LEGAL_BASES.indexOf(identity.basis)
  if (userId !== undefined) return { known: true, id: userId, at, basis }
  if (anonymousId !== undefined) return { known: false, id: anonymousId, at, basis }
  throw new TypeError('an identity names a userId or an anonymousId')
}

/**
 * The canonical profile of a row. What several linked rows say becomes one word: seen from the first to the last, a
 * bot when one of them is, and on the narrowest basis of all, since a link must not widen what data may be used for.
 */
export function storedProfile({ connection }: ReadContext, row: ProfileRow): StoredProfile | undefined {
  const find =
    connection.statement(`SELECT row, id, created_at, coalesce(last_seen_at, created_at) AS last_seen_at, basis, bot
     FROM profiles_seen WHERE row = ?`)
  const rows = membersOf(connection, row)
    .map((member) => find.get(member))
    .filter((one) => one !== undefined)
  const [canonical] = rows
  if (canonical === undefined) return undefined
  return {
    row: integer(canonical, 'row'),
    id: formatUuid(bytes(canonical, 'id')),
    createdAt: Math.min(...rows.map((one) => integer(one, 'created_at'))),
    lastSeenAt: Math.max(...rows.map((one) => integer(one, 'last_seen_at'))),
    basis: basisOf(Math.min(...rows.map((one) => integer(one, 'basis')))),
    bot: rows.some((one) => integer(one, 'bot') === 1),
  }
}

/** LEGAL_BASES stands in the order from the narrowest to the widest. */
export function basisOf(index: number): LegalBasis {
  return LEGAL_BASES[index] ?? 'consent'
}

/**
 * Of each purpose the latest statement of all linked rows; of two at the same moment the refusal. Each is one look into
 * the primary key: a shopper whose every event repeats the consent costs no more than one who said it once.
 */
export function readConsents({ connection }: ReadContext, row: ProfileRow): ConsentState[] {
  const find = connection.statement(
    'SELECT granted, at, source FROM consents WHERE profile = ? AND purpose = ? ORDER BY at DESC, granted LIMIT 1',
  )
  const latest = new Map<Purpose, ConsentState>()
  for (const member of membersOf(connection, row)) {
    for (const purpose of PURPOSES) {
      const stored = find.get(member, purpose)
      if (stored === undefined) continue
      const state = consentOf(purpose, stored)
      const before = latest.get(purpose)
      if (before === undefined || supersedes(state, before)) latest.set(purpose, state)
    }
  }
  return [...latest.values()]
}

function supersedes(state: ConsentState, before: ConsentState): boolean {
  return state.at > before.at || (state.at === before.at && !state.granted)
}

function consentOf(purpose: Purpose, row: Row): ConsentState {
  return { purpose, granted: integer(row, 'granted') === 1, at: integer(row, 'at'), source: text(row, 'source') }
}

function linkOf(row: Row): IdentityLink {
  const undoneAt = optionalInteger(row, 'undone_at')
  return {
    from: integer(row, 'from_profile'),
    to: integer(row, 'to_profile'),
    at: integer(row, 'at'),
    cause: text(row, 'cause'),
    ...(undoneAt === undefined ? {} : { undoneAt }),
  }
}
