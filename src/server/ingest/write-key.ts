import { CodedError } from '../../contracts/errors.ts'
import type { Admission, Credentials } from '../http/admission.ts'

/**
 * The key that a header carries: the user name of basic auth, as Segment clients send it, or a bearer token.
 * @throws CodedError WRITE_KEY_INVALID where the header holds something else
 */
export function keyInHeader(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  const [, scheme = '', value = ''] = /^(Basic|Bearer) +([\x21-\x7e]{1,1024})$/i.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  const [user = '', password = ''] = scheme === '' ? [] : partsOf(Buffer.from(value, 'base64').toString('utf8'))
  if (user !== '') return user
  if (scheme === '') throw invalid(': the header authorization is neither `Basic …` nor `Bearer KEY`')
  throw invalid(password === '' ? '' : ': basic auth carries it as the password, and it belongs into the user name')
}

/**
 * Lets a request pass that shows a key with the scope `write`.
 * @param problem what else to say where there is no valid key
 * @throws CodedError WRITE_KEY_INVALID, FORBIDDEN, ORIGIN_REFUSED, RATE_LIMITED
 */
export async function checkWriteKey(admission: Admission, shown: Credentials, problem = ''): Promise<void> {
  try {
    await admission.admit({ ...shown, secret: shown.secret === '' ? undefined : shown.secret }, 'write')
  } catch (error) {
    throw error instanceof CodedError && error.code === 'UNAUTHORIZED' ? invalid(problem) : error
  }
}

/** What to tell a request without a key whose address has one: there logs and histories keep it. */
export function keyInAddress(query: unknown): string {
  const names = typeof query === 'object' && query !== null ? ['writeKey', 'write_key', 'key'] : []
  const found = names.some((name) => Object.hasOwn(Object(query), name))
  return found ? ': it stands in the address, where it would be logged' : ''
}

function partsOf(pair: string): [string, string] {
  const colon = pair.indexOf(':')
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)]
}

function invalid(problem: string): CodedError {
  return new CodedError('WRITE_KEY_INVALID', { problem })
}
