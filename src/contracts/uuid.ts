/**
 * @param now milliseconds UTC
 * @param random fills the given bytes with random ones, like `crypto.getRandomValues`
 */
export function uuidv7(now: number, random: (bytes: Uint8Array) => void): string {
  const bytes = new Uint8Array(16)
  random(bytes)
  putTime(bytes, now)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return formatUuid(bytes)
}

/** The time in front of a UUIDv7, milliseconds UTC. */
export function timeOfUuid(bytes: Uint8Array): number {
  let time = 0
  for (let i = 0; i < 6; i++) time = 256 * time + bytes[i]!
  return time
}

/** 16 bytes not above any UUIDv7 of this time or later, and above all of earlier ones. @param at may be infinite */
export function firstUuidOf(at: number): Uint8Array {
  const bytes = new Uint8Array(16)
  putTime(bytes, Math.min(Math.max(Math.ceil(at), 0), 2 ** 48 - 1))
  return bytes
}

function putTime(bytes: Uint8Array, time: number): void {
  for (let i = 5, rest = time; i >= 0; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** 16 bytes → the usual 36 characters. */
export function formatUuid(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += HEX[bytes[i]!]
  }
  return text
}

/** 36 characters → 16 bytes; undefined where it is not a UUID. */
export function parseUuid(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined
  const bytes = new Uint8Array(16)
  for (let i = 0, at = 0; i < 16; i++, at += 2) {
    if (text.charCodeAt(at) === DASH) at++
    bytes[i] = 16 * hexDigit(text.charCodeAt(at)) + hexDigit(text.charCodeAt(at + 1))
  }
  return bytes
}

const DASH = 0x2d

/** '0' to '9' are 0x30 to 0x39; the letters of either case differ from 0x41 to 0x46 in one bit. */
function hexDigit(code: number): number {
  return code < 0x3a ? code - 0x30 : (code & 0xdf) - 0x37
}
