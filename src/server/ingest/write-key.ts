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
  throw invalid(password === '' ? '' : ': basic auth carries it as the password, and it belongs into the user name')
}

/**
 * Lets a request pass that shows a key with the scope `write`.
 * @throws CodedError WRITE_KEY_INVALID, FORBIDDEN, ORIGIN_REFUSED, RATE_LIMITED
 */
export async function checkWriteKey(admission: Admission, shown: Credentials): Promise<void> {
  try {
    await admission.admit({ ...shown, secret: shown.secret === '' ? undefined : shown.secret }, 'write')
  } catch (error) {
    throw error instanceof CodedError && error.code === 'UNAUTHORIZED' ? invalid('') : error
  }
}

function partsOf(pair: string): [string, string] {
  const colon = pair.indexOf(':')
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)]
}

function invalid(problem: string): CodedError {
  return new CodedError('WRITE_KEY_INVALID', { problem })
}
