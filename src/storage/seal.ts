import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto'

/*
 * Personal data at rest. A sealed value is
 *   version (1 byte) ‖ nonce (12) ‖ ciphertext ‖ tag (16)
 * with AES-256-GCM (NIST SP 800-38D). The associated data names what the value is and where it belongs, so that a
 * sealed value copied into another row does not open there.
 */

const VERSION = 1
const NONCE = 12
const TAG = 16
export const KEY_BYTES = 32

/** KeyObject, not bytes: OpenSSL expands a raw key on each use, which makes a seal 3.5 times dearer. */
export function secretKey(bytes: Uint8Array): KeyObject {
  return createSecretKey(bytes)
}

/** @param belongs for example `event 12` */
export function seal(key: KeyObject, plain: Uint8Array | string, belongs: string, random: RandomStream): Uint8Array {
  const nonce = random.take(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(belongs))
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  cipher.final()
  const sealed = new Uint8Array(1 + NONCE + body.length + TAG)
  sealed[0] = VERSION
  sealed.set(nonce, 1)
  sealed.set(body, 1 + NONCE)
  sealed.set(cipher.getAuthTag(), 1 + NONCE + body.length)
  return sealed
}

/** Undefined where the key, the place or the bytes are not the ones that were sealed. */
export function open(key: KeyObject, sealed: Uint8Array, belongs: string): Buffer | undefined {
  if (sealed[0] !== VERSION || sealed.length < 1 + NONCE + TAG) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE))
  decipher.setAAD(Buffer.from(belongs))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
  const plain = decipher.update(sealed.subarray(1 + NONCE, sealed.length - TAG))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plain
}

/**
 * Random bytes for keys and nonces, as the AES-256-CTR key stream of a seed from the store's own random source: a
 * thread is given one seed instead of a function, and makes no system call per nonce.
 */
export class RandomStream {
  readonly #cipher
  #chunk: Uint8Array = new Uint8Array(0)
  #used = 0

  /** @param seed 32 random bytes, used for nothing else */
  constructor(seed: Uint8Array) {
    this.#cipher = createCipheriv('aes-256-ctr', seed, new Uint8Array(16))
  }

  take(length: number): Uint8Array {
    if (this.#used + length > this.#chunk.length) {
      this.#chunk = this.#cipher.update(new Uint8Array(Math.max(8192, length)))
      this.#used = 0
    }
    this.#used += length
    return this.#chunk.slice(this.#used - length, this.#used)
  }
}

/**
 * A name as it may stand in an index: SHA-256 keyed with the store's pepper, 16 bytes. Indexes and their discarded
 * pages then hold no customer id, and the hash cannot be guessed from outside.
 */
export function hashName(pepper: string, kind: string, name: string): Uint8Array {
  return hash('sha256', `${pepper}\0${kind}\0${name}`, 'buffer').subarray(0, 16)
}

const TWO_32 = 2 ** 32

/** Two 53-bit numbers of a name: the first is the row key in an index of keys, the second tells collisions apart. */
export function hashNumbers(pepper: string, kind: string, name: string): [number, number] {
  const bytes = hash('sha256', `${pepper}\0${kind}\0${name}`, 'buffer')
  return [
    (bytes.readUInt32LE(0) >>> 11) * TWO_32 + bytes.readUInt32LE(4),
    (bytes.readUInt32LE(8) >>> 11) * TWO_32 + bytes.readUInt32LE(12),
  ]
}
