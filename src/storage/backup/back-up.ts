import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import type { Clock } from '../../core/ports.ts'
import { Connection } from '../dialects/sqlite/connection.ts'
import { copyDatabase } from '../dialects/sqlite/copy-database.ts'
import { codedFrom } from '../dialects/sqlite/errors.ts'
import { renameDurably, writeFileDurably } from '../durable-files.ts'
import type { StoreLayout } from '../layout.ts'
import { schemaVersion } from '../migrations/index.ts'
import { copyFile, describeFile, MANIFEST_FILE, type Manifest, type ManifestFile } from './manifest.ts'

export interface BackUpTask {
  readonly layout: StoreLayout
  readonly storeId: string
  readonly clock: Clock
  readonly to: string
  /** Keys are kept apart from what they open, or not at all. */
  readonly keysTo?: string
  /** Bytes copied of about so many. */
  readonly onProgress: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/**
 * A consistent copy of a store in use: the database as it was at one moment, the files of its models, its
 * configuration without secrets, and a manifest with the SHA-256 of each. Writing goes on meanwhile. The folder
 * appears under its name only when it is whole. Keys are copied after the database, so that none is missing.
 * @throws CodedError BACKUP_FOLDER_TAKEN, JOB_CANCELLED, DISK_FULL
 */
export async function backUpStore(task: BackUpTask): Promise<void> {
  const { layout, storeId, clock, keysTo, signal } = task
  const targets = [task.to, ...(keysTo === undefined ? [] : [keysTo])].map((path) => resolve(path))
  for (const target of targets) refuseOccupied(target)
  const partials = targets.map((target) => join(dirname(target), `.${basename(target)}.partial`))
  const [partial = '', keysPartial] = partials
  try {
    for (const folder of partials) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
    }
    const progress = progressOver(task)
    const source = new Connection(layout.database, { readOnly: true })
    try {
      source.exec('BEGIN')
      const schema = schemaVersion(source) ?? 0
      const about = { formatVersion: 1, storeId, schema, createdAt: clock() } as const
      await copyDatabase(source, join(partial, 'store.db'), progress, signal)
      const files = [await describeFile(partial, 'store.db', signal)]
      files.push(...(await copyModels(layout, partial, progress, signal)))
      if (copyConfiguration(layout, partial)) files.push(await describeFile(partial, 'storemind.json'))
      writeManifest(partial, { format: 'storemind-backup', ...about, files })
      if (keysPartial !== undefined) {
        chmodSync(keysPartial, 0o700)
        const keys = await copyKeys(layout, keysPartial, progress, signal)
        writeManifest(keysPartial, { format: 'storemind-keys', ...about, files: keys })
      }
    } finally {
      source.close()
    }
    for (const [i, target] of targets.entries()) {
      rmSync(target, { recursive: true, force: true })
      renameDurably(partials[i] ?? '', target)
    }
  } catch (error) {
    for (const folder of partials) rmSync(folder, { recursive: true, force: true })
    if (signal?.aborted) throw new CodedError('JOB_CANCELLED', { kind: 'backup' }, { cause: error })
    throw codedFrom(error, task.to)
  }
}

async function copyModels(
  layout: StoreLayout,
  partial: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = []
  for (const path of filesBelow(layout.models)) {
    try {
      files.push(await copyFile(join(layout.models, path), partial, `models/${path}`, onBytes, signal))
    } catch (error) {
      // An old version that was forgotten meanwhile, or the draft of one that has its name by now.
      if (existsSync(join(layout.models, path))) throw error
      rmSync(join(partial, 'models', path), { force: true })
    }
  }
  return files
}

async function copyKeys(
  layout: StoreLayout,
  partial: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<ManifestFile[]> {
  const keys = new Connection(layout.keyDatabase, { readOnly: true })
  try {
    await copyDatabase(keys, join(partial, 'keys.db'), onBytes, signal)
  } finally {
    keys.close()
  }
  const files = [await describeFile(partial, 'keys.db', signal)]
  if (existsSync(layout.masterKey)) {
    writeFileDurably(join(partial, 'master.key'), readFileSync(layout.masterKey), 0o600)
    files.push(await describeFile(partial, 'master.key'))
  }
  return files
}

/** A master key in the configuration stays out: keys are kept apart from what they open. */
function copyConfiguration(layout: StoreLayout, partial: string): boolean {
  if (!existsSync(layout.configuration)) return false
  const settings: Record<string, unknown> = JSON.parse(readFileSync(layout.configuration, 'utf8'))
  const { 'store.masterKey': _secret, ...rest } = settings
  writeFileDurably(join(partial, 'storemind.json'), `${JSON.stringify(rest, undefined, 2)}\n`)
  return true
}

function writeManifest(folder: string, manifest: Manifest): void {
  writeFileDurably(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`)
}

function refuseOccupied(path: string): void {
  if (!existsSync(path)) return
  if (statSync(path).isDirectory() && readdirSync(path).length === 0) return
  throw new CodedError('BACKUP_FOLDER_TAKEN', { path })
}

function progressOver({ layout, keysTo, onProgress }: BackUpTask): (bytes: number) => void {
  const sizes = [layout.database, ...(keysTo === undefined ? [] : [layout.keyDatabase])].map(
    (path) => statSync(path).size,
  )
  for (const path of filesBelow(layout.models)) {
    sizes.push(statSync(join(layout.models, path), { throwIfNoEntry: false })?.size ?? 0)
  }
  const total = sizes.reduce((sum, size) => sum + size, 0)
  let done = 0
  return (bytes) => {
    done += bytes
    onProgress(Math.min(done, total), total)
  }
}

/** Paths of files below a folder, relative, with forward slashes; none where there is no folder. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
