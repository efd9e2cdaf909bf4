import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { ErrorCode } from '../../contracts/errors.ts'
import { formatUuid, parseUuid } from '../../contracts/ids.ts'

/** For `Store.derivedKey`. */
export const TOKEN_PURPOSE = 'storemind/decision-token/1'

const FORMAT = 1
const MAC = 16
/** format u8 ‖ decision 16 ‖ expiry u32, seconds since 1970 ‖ items u16 */
const SIGNED = 23
const TOKEN = /^([A-Za-z0-9_-]{52})(?:\.([1-9]\d{0,2}))?$/

/** What a sound token says. */
export interface TokenClaim {
  readonly decision: string
  /** How many items the decision has. */
  readonly items: number
  /** From 1; undefined where the token stands for the whole list. */
  readonly position?: number
}

export type TokenRefusal = Extract<ErrorCode, 'TOKEN_INVALID' | 'TOKEN_EXPIRED'>

export interface DecisionTokens {
  /**
   * @param items how many were chosen, at most 65,535
   * @param now milliseconds UTC
   */
  issue(decision: string, items: number, now: number): string
  /** @param at when it came back, by our clock, milliseconds UTC */
  read(token: string, at: number): TokenClaim | TokenRefusal
}

/**
 * Tokens that tie an impression or a click to a decision. Only this store can make one, and it carries nothing that
 * could be guessed into another: whoever holds one could as well click the list that it came with.
 *
 * Format   base64url(format ‖ decision ‖ expiry ‖ items ‖ MAC); `.3` behind it names the third item
 * MAC      HMAC-SHA256 (RFC 2104) over what stands before it, cut to its first 16 bytes (RFC 2104 §5)
 * Cost     one MAC a decision. The position stands outside of it, since a shopper is given the tokens of all positions
 *          at once: signing each would keep nobody from anything. The number of items bounds it from within.
 */
export function createDecisionTokens(key: Uint8Array, days: number): DecisionTokens {
  // OpenSSL expands a raw key on each use.
  const secret = createSecretKey(key)
  const macOf = (signed: Uint8Array) => createHmac('sha256', secret).update(signed).digest().subarray(0, MAC)
  return {
    issue(decision, items, now) {
      const uuid = parseUuid(decision)
      if (uuid === undefined) throw new TypeError(`${decision} is not a UUID`)
      const bytes = Buffer.alloc(SIGNED + MAC)
      bytes[0] = FORMAT
      bytes.set(uuid, 1)
      bytes.writeUInt32BE(Math.floor(now / 1000) + days * 86_400, 17)
      bytes.writeUInt16BE(items, 21)
      bytes.set(macOf(bytes.subarray(0, SIGNED)), SIGNED)
      return bytes.toString('base64url')
    },
    read(token, at) {
      const [, body = '', place] = TOKEN.exec(token) ?? []
      const bytes = Buffer.from(body, 'base64url')
      if (bytes.length !== SIGNED + MAC || bytes[0] !== FORMAT) return 'TOKEN_INVALID'
      const signed = bytes.subarray(0, SIGNED)
      if (!timingSafeEqual(macOf(signed), bytes.subarray(SIGNED))) return 'TOKEN_INVALID'
      const items = bytes.readUInt16BE(21)
      const position = place === undefined ? undefined : Number(place)
      if (position !== undefined && position > items) return 'TOKEN_INVALID'
      if (at >= bytes.readUInt32BE(17) * 1000) return 'TOKEN_EXPIRED'
      const decision = formatUuid(bytes.subarray(1, 17))
      return { decision, items, ...(position === undefined ? {} : { position }) }
    },
  }
}

/** The token of one item of a list. */
export function itemToken(token: string, position: number): string {
  return `${token}.${position}`
}
