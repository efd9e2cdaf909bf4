import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Check } from 'typebox/value'
import { CodedError } from '../../contracts/errors.ts'
import { codedFrom } from '../dialects/sqlite/errors.ts'
import { openForReading } from '../dialects/sqlite/open.ts'
import { renameDurably } from '../durable-files.ts'
import { layoutOf } from '../layout.ts'
import { readLock } from '../lock.ts'
import { SCHEMA_VERSION } from '../migrations/index.ts'
import { copyFile, describeFile, MANIFEST_FILE, Manifest, staysInside } from './manifest.ts'

export interface RestoreOptions {
  readonly from: string
  /** A backup of keys; left out: the keys of the store that stands at `to` already. */
  readonly keysFrom?: string | undefined
  readonly to: string
  /** Replaces the store that stands at `to`. */
  readonly force?: boolean
  /** Base64, where the master key is kept outside the keys folder. */
  readonly masterKey?: string
}

/**
 * Makes a store of a backup. The backup is checked against its manifest before anything is touched; the store is
 * built beside its place, opened once with its keys, and then put in place by renaming.
 * @throws CodedError FILE_NOT_FOUND, BACKUP_INVALID, STORE_EXISTS, STORE_LOCKED, STORE_NEWER, KEYS_MISSING, DISK_FULL
 */
export async function restoreStore(options: RestoreOptions): Promise<void> {
  const to = resolve(options.to)
  const replaced = `${to}.replaced`
  const building = `${to}.restoring`
  // An earlier restore was cut off between its two renamings: the old store comes back first.
  if (!existsSync(to) && existsSync(replaced)) renameDurably(replaced, to)
  refuseInUse(to, options.force ?? false)
  const manifest = await verifyBackup(options.from, 'storemind-backup')
  if (manifest.schema > SCHEMA_VERSION) {
    throw new CodedError('STORE_NEWER', { path: options.from, found: manifest.schema, known: SCHEMA_VERSION })
  }
  const keys = options.keysFrom === undefined ? undefined : await verifyBackup(options.keysFrom, 'storemind-keys')
  if (keys !== undefined && keys.storeId !== manifest.storeId) throw new CodedError('KEYS_MISSING', { path: to })
  try {
    rmSync(building, { recursive: true, force: true })
    mkdirSync(building, { recursive: true })
    await copyAll(options.from, manifest, building)
    const target = layoutOf(building)
    mkdirSync(target.models, { recursive: true })
    mkdirSync(target.keys, { recursive: true, mode: 0o700 })
    if (keys !== undefined && options.keysFrom !== undefined) await copyAll(options.keysFrom, keys, target.keys)
    else if (existsSync(layoutOf(to).keys)) cpSync(layoutOf(to).keys, target.keys, { recursive: true })
    const opened = openForReading(building, options.masterKey)
    opened.keyring.close()
    opened.connection.close()
    rmSync(replaced, { recursive: true, force: true })
    if (existsSync(to)) renameDurably(to, replaced)
    renameDurably(building, to)
    rmSync(replaced, { recursive: true, force: true })
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    // The keys are missed where the store was to be, not where it was built.
    if (error instanceof CodedError && error.code === 'KEYS_MISSING') throw new CodedError('KEYS_MISSING', { path: to })
    throw codedFrom(error, to)
  }
}

function refuseInUse(to: string, force: boolean): void {
  if (!existsSync(to)) return
  const holder = readLock(to)
  if (holder?.alive) throw new CodedError('STORE_LOCKED', { path: to, pid: holder.pid })
  const occupied = !statSync(to).isDirectory() || readdirSync(to).length > 0
  if (occupied && !force) throw new CodedError('STORE_EXISTS', { path: to })
}

async function copyAll(from: string, manifest: Manifest, to: string): Promise<void> {
  for (const file of manifest.files) {
    const copy = await copyFile(join(from, file.name), to, file.name, () => undefined)
    if (copy.sha256 !== file.sha256) {
      throw new CodedError('BACKUP_INVALID', { path: from, problem: `${file.name} changed while it was read` })
    }
  }
}

/** Reads a manifest and checks every file that it names. */
async function verifyBackup(path: string, format: Manifest['format']): Promise<Manifest> {
  const invalid = (problem: string, cause?: unknown) => new CodedError('BACKUP_INVALID', { path, problem }, { cause })
  if (!existsSync(path)) throw new CodedError('FILE_NOT_FOUND', { path, problem: 'there is no such folder' })
  let manifest: unknown
  try {
    manifest = JSON.parse(readFileSync(join(path, MANIFEST_FILE), 'utf8'))
  } catch (error) {
    throw invalid(`${MANIFEST_FILE} cannot be read`, error)
  }
  if (!Check(Manifest, manifest) || manifest.format !== format) throw invalid(`${MANIFEST_FILE} is not understood`)
  for (const file of manifest.files) {
    if (!staysInside(file.name)) throw invalid(`${file.name} leads out of the folder`)
    if (!existsSync(join(path, file.name))) throw invalid(`${file.name} is missing`)
    const found = await describeFile(path, file.name)
    if (found.bytes !== file.bytes || found.sha256 !== file.sha256) throw invalid(`${file.name} was changed`)
  }
  return manifest
}
