import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { CodedError } from '../../../contracts/errors.ts'
import { uuidv7 } from '../../../contracts/uuid.ts'
import { flushDirectory, flushFile, renameDurably, writeFileDurably } from '../../durable-files.ts'
import { layoutOf } from '../../layout.ts'
import { parseMasterKey } from '../../master-key.ts'
import { migrate } from '../../migrations/index.ts'
import { Keyring } from '../../repositories/keyring.ts'
import { KEY_BYTES, RandomStream } from '../../seal.ts'
import type { StoreOptions } from '../../store.ts'
import { Connection } from './connection.ts'
import { codedFrom } from './errors.ts'

/**
 * Makes an empty store: keys first, and the database under another name until it is whole. What an interrupted
 * attempt left is replaced.
 * @throws CodedError STORE_EXISTS, DISK_FULL, CONFIGURATION_INVALID
 */
export async function createSqliteStore(options: StoreOptions): Promise<void> {
  const { directory, clock, randomBytes } = options
  const layout = layoutOf(directory)
  if (existsSync(layout.database)) throw new CodedError('STORE_EXISTS', { path: directory })
  const partial = `${layout.database}.partial`
  try {
    for (const left of [partial, `${partial}-wal`, `${partial}-shm`]) rmSync(left, { force: true })
    rmSync(layout.keys, { recursive: true, force: true })
    mkdirSync(layout.keys, { recursive: true, mode: 0o700 })
    mkdirSync(layout.models, { recursive: true })
    const seed = new Uint8Array(KEY_BYTES)
    randomBytes(seed)
    const random = new RandomStream(seed)
    const storeId = uuidv7(clock(), randomBytes)
    Keyring.create(layout.keyDatabase, makeMasterKey(options, layout.masterKey), storeId, random)
    flushDirectory(layout.keys)
    const connection = new Connection(partial)
    try {
      migrate(connection, clock())
      const about = connection.statement('INSERT INTO about (name, value) VALUES (?, ?)')
      about.run('store_id', storeId)
      about.run('created_at', String(clock()))
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      connection.close()
    }
    flushFile(partial)
    renameDurably(partial, layout.database)
  } catch (error) {
    throw codedFrom(error, directory)
  }
}

function makeMasterKey({ masterKey, randomBytes }: StoreOptions, path: string): Uint8Array {
  if (masterKey !== undefined && masterKey !== '') return parseMasterKey(masterKey)
  const key = new Uint8Array(KEY_BYTES)
  randomBytes(key)
  writeFileDurably(path, `${Buffer.from(key).toString('base64')}\n`, 0o600)
  return key
}
