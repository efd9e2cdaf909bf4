import { hash as digest, timingSafeEqual } from 'node:crypto'
import { CodedError } from '../contracts/errors.ts'
import type { Scope } from '../contracts/route.ts'
import type { ApiKeyRepository, Clock, KeyGrant, RandomBytes } from '../core/ports.ts'

/** Secrets of keys begin so, that they are recognised where they should not be: in a repository, in a log. */
const PREFIX = 'sm_'
const SECRET_BYTES = 32
/** Keys that were seen lately, so that a request costs no query. */
const REMEMBERED_KEYS = 1000
/** The last use of a key is written at most this often, so that reading requests do not become writes. */
const USE_MILLIS = 60_000

/** Whom a request speaks for. */
export interface Caller extends KeyGrant {
  /** A key of this process itself, which no row of the store grants. */
  readonly own: boolean
}

export interface Authenticator {
  /**
   * Lets a request pass that carries a key with the scope, from an origin that the key is for. `admin` includes the
   * other scopes.
   * @param secret undefined where the request carries none
   * @param origin the request's `Origin` header
   * @throws CodedError UNAUTHORIZED, FORBIDDEN, ORIGIN_REFUSED
   */
  check(secret: string | undefined, scope: Scope, origin: string | undefined): Promise<Caller>
  /** Forgets what is remembered of keys; a removed key stops working at once. */
  forget(): void
}

/** A secret that is no row of the store and holds as long as the process. */
export interface ProcessKey {
  readonly id: string
  readonly secret: string
  readonly scopes: readonly Scope[]
}

interface Remembered {
  readonly caller: Caller
  /** When its use was noted last. */
  notedAt: number
}

export interface AuthenticatorParts {
  readonly keys: Pick<ApiKeyRepository, 'byHash' | 'used'>
  /**
   * The process's own keys, for example what the command line on the same machine shows: that one stands in the
   * store's lock file, which only the owner can read.
   */
  readonly own: readonly ProcessKey[]
  readonly clock: Clock
}

export function createAuthenticator({ keys, own, clock }: AuthenticatorParts): Authenticator {
  const hashed = own.map(({ secret, id, scopes }) => ({
    hash: sha256(secret),
    caller: { id, scopes, origins: [], own: true },
  }))
  const remembered = new Map<string, Remembered>()
  /** Counts removals: what was looked up before one is not remembered after it. */
  let generation = 0
  const note = (known: Remembered): Caller => {
    const at = clock()
    // Also where the clock was set back: the next hour or year must not go unnoted.
    if (Math.abs(at - known.notedAt) >= USE_MILLIS) {
      known.notedAt = at
      // Nobody waits for this note, and a request must not fail because it could not be written.
      keys.used(known.caller.id, at).catch(() => undefined)
    }
    return known.caller
  }
  const callerOf = async (secret: string): Promise<Caller | undefined> => {
    const hash = sha256(secret)
    const mine = hashed.find((key) => timingSafeEqual(hash, key.hash))
    if (mine !== undefined) return mine.caller
    // By its hash: how long the look-up takes says nothing about the secret.
    const name = hash.toString('base64')
    const known = remembered.get(name)
    if (known !== undefined) return note(known)
    const before = generation
    const found = await keys.byHash(hash)
    if (found === undefined) return undefined
    const entry = { caller: { ...found, own: false }, notedAt: Number.NEGATIVE_INFINITY }
    if (before === generation) {
      if (remembered.size >= REMEMBERED_KEYS) remembered.clear()
      remembered.set(name, entry)
    }
    return note(entry)
  }
  return {
    async check(secret, scope, origin) {
      const caller = secret === undefined ? undefined : await callerOf(secret)
      if (caller === undefined) throw new CodedError('UNAUTHORIZED', { scope })
      if (!caller.scopes.includes(scope) && !caller.scopes.includes('admin'))
        throw new CodedError('FORBIDDEN', { scope })
      if (caller.origins.length > 0 && (origin === undefined || !caller.origins.includes(origin))) {
        throw new CodedError('ORIGIN_REFUSED')
      }
      return caller
    },
    forget() {
      generation++
      remembered.clear()
    },
  }
}

/** What stands in `Authorization: Bearer SECRET`. */
export function bearerSecret(authorization: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1]
}

/** A new secret and what is kept of it. */
export function newSecret(randomBytes: RandomBytes): { readonly secret: string; readonly hash: Uint8Array } {
  const secret = `${PREFIX}${randomToken(randomBytes)}`
  return { secret, hash: sha256(secret) }
}

export function randomToken(randomBytes: RandomBytes): string {
  const bytes = new Uint8Array(SECRET_BYTES)
  randomBytes(bytes)
  return Buffer.from(bytes).toString('base64url')
}

function sha256(text: string): Buffer {
  return digest('sha256', text, 'buffer')
}
