import { existsSync, readFileSync } from 'node:fs'
import { CodedError } from '../contracts/errors.ts'
import type { StoreLayout } from './layout.ts'
import { KEY_BYTES } from './seal.ts'

/**
 * The key that wraps the profile keys: given from outside, or kept in the keys folder.
 * @param given base64 of 32 bytes; empty or undefined: read the file
 * @throws CodedError KEYS_MISSING, CONFIGURATION_INVALID
 */
export function readMasterKey(layout: StoreLayout, given: string | undefined): Uint8Array {
  if (given !== undefined && given !== '') return parseMasterKey(given)
  if (!existsSync(layout.masterKey)) throw new CodedError('KEYS_MISSING', { path: layout.directory })
  const bytes = Buffer.from(readFileSync(layout.masterKey, 'utf8').trim(), 'base64')
  if (bytes.length !== KEY_BYTES) throw new CodedError('KEYS_MISSING', { path: layout.directory })
  return bytes
}

export function parseMasterKey(given: string): Uint8Array {
  const bytes = Buffer.from(given, 'base64')
  if (bytes.length !== KEY_BYTES) {
    throw new CodedError('CONFIGURATION_INVALID', {
      setting: 'store.masterKey',
      problem: `it is not the base64 of ${KEY_BYTES} bytes`,
      source: 'the environment or storemind.json',
    })
  }
  return bytes
}
