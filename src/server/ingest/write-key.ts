import { CodedError } from '../../contracts/errors.ts'
import type { Authenticator } from '../auth.ts'

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

/** Lets a request pass that shows a key with the scope `write`. @throws CodedError WRITE_KEY_INVALID, FORBIDDEN */
export async function checkWriteKey(authenticator: Authenticator, shown: string | undefined): Promise<void> {
  if (shown === undefined || shown === '') throw invalid('')
  const scopes = await authenticator.scopesOf(shown)
  if (scopes === undefined) throw invalid('')
  if (!scopes.includes('write') && !scopes.includes('admin')) throw new CodedError('FORBIDDEN', { scope: 'write' })
}

function partsOf(pair: string): [string, string] {
  const colon = pair.indexOf(':')
  return colon < 0 ? [pair, ''] : [pair.slice(0, colon), pair.slice(colon + 1)]
}

function invalid(problem: string): CodedError {
  return new CodedError('WRITE_KEY_INVALID', { problem })
}
