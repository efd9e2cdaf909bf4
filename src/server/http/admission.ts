import { CodedError } from '../../contracts/errors.ts'
import type { Scope } from '../../contracts/route.ts'
import type { Authenticator, Caller } from '../auth.ts'
import { type RateLimit, subscriberOf } from './rate-limit.ts'

/** What a request shows at the door. */
export interface Credentials {
  /** The secret of its key, wherever it stood. */
  readonly secret: string | undefined
  /** Its `Origin` header. */
  readonly origin: string | undefined
  /** The address it came from. */
  readonly address: string
}

export interface Admission {
  /**
   * Lets a request in that may do what the scope says, and not too often. Callers without a valid key and keys that
   * may stand in a page are bounded by address; every key of the store is bounded as a whole.
   * @throws CodedError UNAUTHORIZED, FORBIDDEN, ORIGIN_REFUSED, RATE_LIMITED
   */
  admit(credentials: Credentials, scope: Scope): Promise<Caller>
  /** Counts a request that needs no key. @throws CodedError RATE_LIMITED */
  count(address: string): void
}

export interface AdmissionParts {
  readonly authenticator: Authenticator
  readonly perAddress: RateLimit
  readonly perKey: RateLimit
  /** Told of each refusal for being too many. */
  readonly onLimited?: (by: 'address' | 'key') => void
}

export function createAdmission({ authenticator, perAddress, perKey, onLimited }: AdmissionParts): Admission {
  const take = (by: 'address' | 'key', limit: RateLimit, name: string): void => {
    const wait = limit.take(name)
    if (wait === 0) return
    onLimited?.(by)
    throw new CodedError('RATE_LIMITED', {
      who: by === 'key' ? 'one key' : 'one address',
      rate: limit.perSecond,
      setting: by === 'key' ? 'limits.keyPerSecond' : 'limits.addressPerSecond',
      seconds: Math.ceil(wait / 1000),
    })
  }
  const count = (address: string) => take('address', perAddress, subscriberOf(address))
  return {
    async admit({ secret, origin, address }, scope) {
      const caller = await authenticator.check(secret, scope, origin).catch((error: unknown) => {
        count(address)
        throw error
      })
      if (caller.scopes.includes('admin')) {
        if (!caller.own) take('key', perKey, caller.id)
        return caller
      }
      count(address)
      take('key', perKey, caller.id)
      return caller
    },
    count,
  }
}
