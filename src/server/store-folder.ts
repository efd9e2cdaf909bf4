import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type EffectiveConfiguration, resolveConfiguration } from '../contracts/configuration.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Clock, RandomBytes } from '../core/ports.ts'
import { layoutOf } from '../storage/layout.ts'
import { createStore, readLock, restoreStore } from '../storage/store.ts'

/** The settings of a store stand in its folder under this name. */
export const CONFIGURATION_FILE = 'storemind.json'

/** Whether a folder holds a store. */
export function hasStore(directory: string): boolean {
  return existsSync(layoutOf(directory).database)
}

export interface ConfigurationGiven {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly flags: Readonly<Record<string, unknown>>
}

/**
 * The effective configuration of a store; also before it exists, from the environment and the flags.
 * @throws CodedError CONFIGURATION_INVALID
 */
export async function storeConfiguration(
  directory: string,
  given: ConfigurationGiven,
): Promise<EffectiveConfiguration> {
  const file = await readSettings(join(directory, CONFIGURATION_FILE))
  return resolveConfiguration({ ...given, ...(file ? { file } : {}) })
}

async function readSettings(path: string): Promise<Record<string, unknown> | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw new CodedError('FILE_NOT_FOUND', { path, problem: 'it may not be read' }, { cause: error })
  }
  const invalid = (problem: string) => new CodedError('CONFIGURATION_INVALID', { setting: path, problem, source: path })
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed }
  } catch (error) {
    throw invalid(`the file is not JSON (${error instanceof Error ? error.message : 'unreadable'})`)
  }
  throw invalid('the file is not a JSON object')
}

export interface NewStore {
  readonly directory: string
  /** Written to the store's settings file, so that it holds what was decided when it was made. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly masterKey: string
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

/**
 * Makes a store and its settings file.
 * @throws CodedError STORE_EXISTS, DISK_FULL
 */
export async function makeStore({ directory, settings, masterKey, clock, randomBytes }: NewStore): Promise<void> {
  await createStore({ directory, clock, randomBytes, masterKey })
  await writeFile(join(directory, CONFIGURATION_FILE), `${JSON.stringify(settings, null, 2)}\n`, { flag: 'wx' }).catch(
    (error: unknown) => {
      // A settings file that was there first is the owner's word and stays.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    },
  )
}

/** Which process holds the store, and how to speak to it. */
export interface StoreHolder {
  readonly pid: number
  readonly url?: string
  readonly token?: string
}

/** The living process that has the store open; undefined where there is none. */
export function storeHolder(directory: string): StoreHolder | undefined {
  const lock = readLock(directory)
  if (lock === undefined || !lock.alive) return undefined
  const { pid, url, token } = lock
  return { pid, ...(url === undefined ? {} : { url }), ...(token === undefined ? {} : { token }) }
}

export { restoreStore }
