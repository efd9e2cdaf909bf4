import { createHash, timingSafeEqual } from 'node:crypto'
import { CodedError } from '../contracts/errors.ts'
import type { Scope } from '../contracts/route.ts'
import type { ApiKeyRepository, RandomBytes } from '../core/ports.ts'

/** Secrets of keys begin so, that they are recognised where they should not be: in a repository, in a log. */
const PREFIX = 'sm_'
const SECRET_BYTES = 32
/** Keys that were seen lately, so that a request costs no query. */
const REMEMBERED_KEYS = 1000

export interface Authenticator {
  /**
   * Lets a request pass that carries a key with the scope. `admin` includes the other scopes.
   * @throws CodedError UNAUTHORIZED, FORBIDDEN
   */
  check(authorization: string | undefined, scope: Scope): Promise<void>
  /** What a secret may do; undefined where it is no key. */
  scopesOf(secret: string): Promise<readonly Scope[] | undefined>
  /** Forgets what is remembered of keys; a removed key stops working at once. */
  forget(): void
}

/** A secret that is no row of the store and holds as long as the process. */
export interface ProcessKey {
  readonly secret: string
  readonly scopes: readonly Scope[]
}

/**
 * @param own the process's own keys, for example what the command line on the same machine shows: that one stands in
 * the store's lock file, which only the owner can read
 */
export function createAuthenticator(keys: Pick<ApiKeyRepository, 'byHash'>, own: readonly ProcessKey[]): Authenticator {
  const hashed = own.map(({ secret, scopes }) => ({ hash: sha256(secret), scopes }))
  const remembered = new Map<string, readonly Scope[]>()
  /** Counts removals: what was looked up before one is not remembered after it. */
  let generation = 0
  const scopesOf = async (secret: string): Promise<readonly Scope[] | undefined> => {
    const hash = sha256(secret)
    const mine = hashed.find((key) => timingSafeEqual(hash, key.hash))
    if (mine !== undefined) return mine.scopes
    // By its hash: how long the look-up takes says nothing about the secret.
    const name = hash.toString('base64')
    const known = remembered.get(name)
    if (known !== undefined) return known
    const before = generation
    const found = await keys.byHash(hash)
    if (found === undefined || before !== generation) return found?.scopes
    if (remembered.size >= REMEMBERED_KEYS) remembered.clear()
    remembered.set(name, found.scopes)
    return found.scopes
  }
  return {
    async check(authorization, scope) {
      const secret = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1]
      const scopes = secret === undefined ? undefined : await scopesOf(secret)
      if (scopes === undefined) throw new CodedError('UNAUTHORIZED')
      if (!scopes.includes(scope) && !scopes.includes('admin')) throw new CodedError('FORBIDDEN', { scope })
    },
    scopesOf,
    forget() {
      generation++
      remembered.clear()
    },
  }
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
  return createHash('sha256').update(text).digest()
}
