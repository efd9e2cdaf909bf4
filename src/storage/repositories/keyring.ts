import { hkdfSync, type KeyObject } from 'node:crypto'
import { CodedError } from '../../contracts/errors.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { bytes } from '../dialects/sqlite/row.ts'
import type { StoreLayout } from '../layout.ts'
import { KEY_BYTES, open, type RandomStream, seal, secretKey } from '../seal.ts'

const SCHEMA = `
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE profile_keys (profile INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
`
/** The key of events that name no shopper. Profile rows begin at 1. */
export const NO_PROFILE = 0

const CACHED_KEYS = 20_000
/** Keys made at once; a key of a row that never comes to be is never used. */
const KEYS_AT_ONCE = 128

/**
 * The data keys of profiles, each wrapped by the master key, in a file of their own beside the store: whoever has
 * only the store (or its backup) reads no personal data, and destroying one row here forgets one shopper everywhere.
 * A new key is durable before the transaction that uses it: the writer calls `commit` first.
 */
export class Keyring {
  /** Keys the hashes of outside ids. */
  readonly pepper: string
  readonly storeId: string
  readonly #connection: Connection
  readonly #master: KeyObject
  readonly #cache = new Map<number, KeyObject>()

  private constructor(connection: Connection, master: KeyObject, storeId: string, pepper: string) {
    this.#connection = connection
    this.#master = master
    this.storeId = storeId
    this.pepper = pepper
  }

  /** Makes the key file of a new store. */
  static create(path: string, master: Uint8Array, storeId: string, random: RandomStream): void {
    const connection = new Connection(path)
    const masterKey = secretKey(master)
    try {
      connection.exec(SCHEMA)
      const about = connection.statement('INSERT INTO about (name, value) VALUES (?, ?)')
      about.run('store_id', seal(masterKey, storeId, 'store id', random))
      about.run('pepper', seal(masterKey, random.take(KEY_BYTES), 'pepper', random))
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      connection.close()
    }
  }

  /** @throws CodedError KEYS_MISSING when the files are not there, or the master key does not open them */
  static open(layout: StoreLayout, master: Uint8Array, readOnly: boolean): Keyring {
    let connection: Connection | undefined
    try {
      connection = new Connection(layout.keyDatabase, { readOnly, cacheKiB: 4096 })
      const key = secretKey(master)
      const storeId = about(connection, key, 'store_id', 'store id')
      const pepper = about(connection, key, 'pepper', 'pepper')
      return new Keyring(connection, key, storeId.toString(), pepper.toString('hex'))
    } catch (error) {
      connection?.close()
      throw new CodedError('KEYS_MISSING', { path: layout.directory }, { cause: error })
    }
  }

  /** 32 bytes for a purpose, from the store's own secret: HKDF-SHA256 (RFC 5869) with the purpose as its info. */
  derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', Buffer.from(this.pepper, 'hex'), '', purpose, KEY_BYTES))
  }

  /** Undefined where the key was destroyed. */
  keyOf(profile: number): KeyObject | undefined {
    const cached = this.#cache.get(profile)
    if (cached) return cached
    const row = this.#connection.statement('SELECT wrapped FROM profile_keys WHERE profile = ?').get(profile)
    if (row === undefined) return undefined
    const plain = open(this.#master, bytes(row, 'wrapped'), `profile key ${profile}`)
    if (plain === undefined) throw new CodedError('KEYS_MISSING', { path: this.#connection.path })
    return this.#remember(profile, secretKey(plain))
  }

  /** The key of a profile, made where there is none. */
  ensure(profile: number, random: RandomStream): KeyObject {
    const known = this.keyOf(profile)
    if (known) return known
    if (!this.#connection.inTransaction) this.#connection.exec('BEGIN IMMEDIATE')
    // Those that come next are made along with it, so that not every group with a new shopper flushes this file too.
    const last = profile === NO_PROFILE ? NO_PROFILE : profile + KEYS_AT_ONCE - 1
    for (let next = last; next > profile; next--) this.#make(next, random)
    return this.#remember(profile, secretKey(this.#make(profile, random)))
  }

  /** A new key for a row that has none; one that it has stays. */
  #make(profile: number, random: RandomStream): Uint8Array {
    const plain = random.take(KEY_BYTES)
    this.#connection
      .statement('INSERT INTO profile_keys (profile, wrapped) VALUES (?, ?) ON CONFLICT DO NOTHING')
      .run(profile, seal(this.#master, plain, `profile key ${profile}`, random))
    return plain
  }

  /** Makes new keys durable. */
  commit(): void {
    if (this.#connection.inTransaction) this.#connection.exec('COMMIT')
  }

  rollBack(): void {
    if (this.#connection.inTransaction) this.#connection.exec('ROLLBACK')
    this.#cache.clear()
  }

  /** Destroys keys for good; the bytes are overwritten, also in the log. Returns how many there were. */
  destroy(profiles: readonly number[]): number {
    const statement = this.#connection.statement('DELETE FROM profile_keys WHERE profile = ?')
    let destroyed = 0
    for (const profile of profiles) {
      this.#cache.delete(profile)
      destroyed += Number(statement.run(profile).changes)
    }
    if (destroyed > 0) this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return destroyed
  }

  limitPages(pages: number): void {
    this.#connection.limitPages(pages)
  }

  close(): void {
    if (!this.#connection.isOpen) return
    this.rollBack()
    // The last to close is often a reader, who may not carry the log over.
    if (!this.#connection.isReadOnly) this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#connection.close()
  }

  #remember(profile: number, key: KeyObject): KeyObject {
    if (this.#cache.size >= CACHED_KEYS) {
      const oldest = this.#cache.keys().next()
      if (!oldest.done) this.#cache.delete(oldest.value)
    }
    this.#cache.set(profile, key)
    return key
  }
}

function about(connection: Connection, master: KeyObject, name: string, belongs: string): Buffer {
  const row = connection.statement('SELECT value FROM about WHERE name = ?').get(name)
  const plain = row && open(master, bytes(row, 'value'), belongs)
  if (plain === undefined) throw new Error(`the master key does not open ${name}`)
  return plain
}
