import { existsSync } from 'node:fs'
import { CodedError } from '../../../contracts/errors.ts'
import { layoutOf, type StoreLayout } from '../../layout.ts'
import { readMasterKey } from '../../master-key.ts'
import { checkSchema, migrate, SCHEMA_VERSION } from '../../migrations/index.ts'
import { Keyring } from '../../repositories/keyring.ts'
import { Connection } from './connection.ts'
import { codedFrom } from './errors.ts'
import { text } from './row.ts'

/** A store's files opened for reading in this thread. */
export interface OpenedStore {
  readonly layout: StoreLayout
  readonly connection: Connection
  readonly keyring: Keyring
  readonly masterKey: Uint8Array
}

/**
 * @throws CodedError STORE_NOT_FOUND, STORE_DAMAGED, STORE_NEWER, KEYS_MISSING, CONFIGURATION_INVALID
 */
export function openForReading(directory: string, masterKey: string | undefined): OpenedStore {
  const layout = layoutOf(directory)
  if (!existsSync(layout.database)) throw new CodedError('STORE_NOT_FOUND', { path: directory })
  let connection: Connection | undefined
  let keyring: Keyring | undefined
  try {
    connection = new Connection(layout.database, { readOnly: true })
    if (checkSchema(connection) === 0) {
      throw new CodedError('STORE_DAMAGED', { path: layout.database, problem: 'there is no table in it' })
    }
    const master = readMasterKey(layout, masterKey)
    keyring = Keyring.open(layout, master, true)
    const about = connection.statement("SELECT value FROM about WHERE name = 'store_id'").get()
    if (about === undefined || text(about, 'value') !== keyring.storeId) {
      throw new CodedError('KEYS_MISSING', { path: directory })
    }
    return { layout, connection, keyring, masterKey: master }
  } catch (error) {
    keyring?.close()
    connection?.close()
    throw codedFrom(error, directory)
  }
}

/** Brings an older store up to this program's schema. */
export function migrateStore(directory: string, now: number): void {
  const { database } = layoutOf(directory)
  if (!existsSync(database)) throw new CodedError('STORE_NOT_FOUND', { path: directory })
  let connection: Connection | undefined
  try {
    const reader = new Connection(database, { readOnly: true })
    const found = checkSchema(reader)
    reader.close()
    if (found === SCHEMA_VERSION || found === 0) return
    connection = new Connection(database)
    migrate(connection, now)
  } catch (error) {
    throw codedFrom(error, directory)
  } finally {
    connection?.close()
  }
}
