import { lookup as lookUp } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { SendOutcome, WebhookSender } from '../../core/ports.ts'
import { isPublic } from './addresses.ts'

export interface SenderOptions {
  /** Also addresses inside, and plain http. */
  readonly allowPrivate: boolean
  /** From the first packet to the last, milliseconds. */
  readonly timeout: number
  /** Storemind’s own name and version. */
  readonly userAgent: string
  /** How names become addresses; the machine's own way where left out. */
  readonly lookup?: typeof lookUp
}

/**
 * Sends webhooks. Nothing inside is reached through it: a name is resolved by the connection itself, and the address
 * that was judged is the address that is connected to, so that a name which answers differently the second time (DNS
 * rebinding) gains nothing. Redirects are not followed, and what the other side says is not read.
 */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { allowPrivate, timeout, userAgent, lookup = lookUp } = options
  const refusal = (url: string): string | undefined => {
    const parsed = URL.canParse(url) ? new URL(url) : undefined
    if (parsed === undefined) return 'it is not a URL'
    if (parsed.protocol !== 'https:' && !(allowPrivate && parsed.protocol === 'http:')) return 'it is not https'
    if (parsed.username !== '' || parsed.password !== '') return 'it carries a user name or a password'
    const host = hostOf(parsed)
    if (!allowPrivate && isIP(host) !== 0 && !isPublic(host)) return PRIVATE
    if (!allowPrivate && /(^|\.)(localhost|local|internal)\.?$/i.test(host)) return PRIVATE
    return undefined
  }
  const guarded: LookupFunction = (name, asked, done) => {
    lookup(name, { ...asked, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      const inside = allowPrivate ? undefined : addresses.find(({ address }) => !isPublic(address))
      const [first] = addresses
      if (inside !== undefined || first === undefined) return done(new PrivateAddress(PRIVATE), '')
      if (asked.all === true) return done(null, addresses)
      done(null, first.address, first.family)
    })
  }
  return {
    refusal,
    send({ url, headers, body }, signal) {
      const refused = refusal(url)
      if (refused !== undefined) return Promise.resolve({ problem: refused })
      return new Promise((resolve) => {
        const bytes = Buffer.from(body)
        const request = url.startsWith('https:') ? httpsRequest : httpRequest
        const sent = request(url, {
          method: 'POST',
          headers: { ...headers, 'content-length': bytes.length, 'user-agent': userAgent },
          lookup: guarded,
          agent: false,
          signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
        })
        sent.once('response', (response) => {
          resolve(outcomeOf(response))
          response.destroy()
        })
        sent.once('error', (error) => resolve({ problem: problemOf(error, signal) }))
        sent.end(bytes)
      })
    },
  }
}

const PRIVATE = 'its host is inside this machine or network'

class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1')
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): SendOutcome {
  if (statusCode >= 200 && statusCode < 300) return { status: statusCode }
  const seconds = /^\d{1,9}$/.exec(headers['retry-after'] ?? '')?.[0]
  return {
    status: statusCode,
    problem: `it answered ${statusCode}`,
    ...(seconds === undefined ? {} : { retryAfter: Number(seconds) }),
  }
}

function problemOf(error: Error, signal: AbortSignal): string {
  if (error instanceof PrivateAddress) return error.message
  if (signal.aborted) return 'it was broken off, since the server ends'
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'it did not answer in time'
  return 'code' in error && typeof error.code === 'string'
    ? `the connection failed (${error.code})`
    : 'the connection failed'
}
