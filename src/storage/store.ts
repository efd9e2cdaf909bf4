import type { Clock, RandomBytes, Store, StoreReader, WriteWatch } from '../core/ports.ts'
import { createSqliteStore } from './dialects/sqlite/create.ts'
import { openSqliteReader } from './dialects/sqlite/reader.ts'
import { openSqliteStore } from './dialects/sqlite/sqlite-store.ts'

export { type RestoreOptions, restoreStore } from './backup/restore.ts'
export { acquireLock, type Lock, type LockHolder, readLock } from './lock.ts'

export interface StoreOptions {
  readonly directory: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Base64 of 32 bytes that wrap the profile keys; left out or empty: kept in the store's keys folder. */
  readonly masterKey?: string
  /** Told of every group of writes. */
  readonly watch?: WriteWatch
}

/**
 * Makes an empty store in a folder, which may exist already and hold its configuration.
 * @throws CodedError STORE_EXISTS, DISK_FULL, CONFIGURATION_INVALID
 */
export function createStore(options: StoreOptions): Promise<void> {
  return createSqliteStore(options)
}

/**
 * Opens a store for reading and writing, after migrating it to this program's schema. One process at a time: hold
 * `acquireLock` first.
 * @throws CodedError STORE_NOT_FOUND, STORE_DAMAGED, STORE_NEWER, KEYS_MISSING, DISK_FULL, CONFIGURATION_INVALID
 */
export function openStore(options: StoreOptions): Promise<Store> {
  return openSqliteStore(options)
}

/**
 * A read-only connection for the thread that calls this, for example a worker that trains.
 * @throws CodedError as `openStore`
 */
export function openReader(directory: string, options: { readonly masterKey?: string } = {}): Promise<StoreReader> {
  return openSqliteReader(directory, options.masterKey)
}
