import { quoted, type Refusal, refuse } from './problem.ts'

const YES = new Set(['yes', 'y', 'true', '1', 'granted', 'subscribed', 'opted in', 'opted_in'])
const NO = new Set(['no', 'n', 'false', '0', 'denied', 'unsubscribed', 'not_subscribed', 'opted out', 'opted_out'])

/** A consent column's cell. Nothing said is undefined: neither a yes nor a recorded no. */
export function parseConsent(text: string, field: string): boolean | undefined | Refusal {
  const word = text.trim().toLowerCase()
  if (word === '') return undefined
  if (YES.has(word)) return true
  if (NO.has(word)) return false
  return refuse('ROW_VALUE_INVALID', { field, value: quoted(text), known: 'yes, no, true, false, 1, 0' })
}
