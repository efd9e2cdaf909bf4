import { CodedError } from '../../contracts/errors.ts'
import type { ProfileRow } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger } from '../dialects/sqlite/row.ts'
import { BoundedMap } from './bounded-map.ts'

/** The last event of a profile so far, and when it was last seen. */
export interface Head {
  event: number | null
  seenAt: number
  readonly isBot: boolean
}

/** Several times the visitors of a moment: rows of some twenty bytes, so that they lie on forty pages. */
export const RECENT_HEADS = 8192
/** Heads that are remembered; a hundred bytes each. */
const KEPT = 20_000

/**
 * Heads of the chains `events.previous`, on the writer's side. Every event changes one. Those of the shoppers who are
 * there now stand in a small table, `recent_heads`, which is written with each group and overrides the large one; when
 * there are many they are carried over in one sorted pass. So what a group writes does not grow with the shoppers that
 * the store has ever seen. The view `profiles_seen` puts both together.
 */
export class ProfileHeads {
  readonly #connection: Connection
  readonly #known = new BoundedMap<ProfileRow, Head>(KEPT)
  /** Profiles that stand in `recent_heads`; undefined until they are looked up. */
  #recent: Set<ProfileRow> | undefined

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * To be changed by the caller, who then writes it.
   * @throws CodedError PROFILE_NOT_FOUND
   */
  of(profile: ProfileRow): Head {
    const known = this.#known.get(profile)
    if (known) return known
    const row = this.#connection
      .statement(
        `SELECT last_event, coalesce(last_seen_at, created_at) AS last_seen_at, bot FROM profiles_seen WHERE row = ?`,
      )
      .get(profile)
    if (row === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile })
    const head = {
      event: optionalInteger(row, 'last_event') ?? null,
      seenAt: integer(row, 'last_seen_at'),
      isBot: integer(row, 'bot') !== 0,
    }
    this.#known.set(profile, head)
    return head
  }

  write(heads: Iterable<readonly [ProfileRow, Head]>): void {
    const recent = this.#recentOnes()
    const set = this.#connection.statement(
      `INSERT INTO recent_heads (profile, last_event, last_seen_at) VALUES (?, ?, ?)
       ON CONFLICT (profile) DO UPDATE SET last_event = excluded.last_event, last_seen_at = excluded.last_seen_at`,
    )
    for (const [profile, { event, seenAt }] of heads) {
      if (event === null) continue
      set.run(profile, event, seenAt)
      recent.add(profile)
    }
    if (recent.size >= RECENT_HEADS) this.#carryOver()
  }

  /** Looks it up anew: the mark of a profile was changed. */
  forget(profile: ProfileRow): void {
    this.#known.delete(profile)
  }

  remove(profile: ProfileRow): void {
    this.forget(profile)
    this.#recent?.delete(profile)
    this.#connection.statement('DELETE FROM recent_heads WHERE profile = ?').run(profile)
    this.#connection.statement('DELETE FROM profile_heads WHERE profile = ?').run(profile)
  }

  /** Forgets what it remembers of the database: after a rollback. */
  refresh(): void {
    this.#known.clear()
    this.#recent = undefined
  }

  #carryOver(): void {
    // Without `WHERE true` the parser would take ON CONFLICT for the condition of a join.
    this.#connection.exec(
      `INSERT INTO profile_heads (profile, last_event, last_seen_at)
         SELECT profile, last_event, last_seen_at FROM recent_heads WHERE true ORDER BY profile
         ON CONFLICT (profile) DO UPDATE SET last_event = excluded.last_event, last_seen_at = excluded.last_seen_at;
       DELETE FROM recent_heads`,
    )
    this.#recent = new Set()
  }

  #recentOnes(): Set<ProfileRow> {
    this.#recent ??= new Set(
      this.#connection
        .statement('SELECT profile FROM recent_heads')
        .all()
        .map((row) => integer(row, 'profile')),
    )
    return this.#recent
  }
}
