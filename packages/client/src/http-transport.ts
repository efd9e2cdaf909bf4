import { clientError } from './error.ts'
import type { Transport } from './transport.ts'

export interface HttpTransportOptions {
  /** Where the server listens, for example `http://127.0.0.1:7654`. */
  readonly url: string
  /** The secret of a key; left out for routes that are open. */
  readonly key?: string
  /** Another `fetch`, for runtimes and tests that bring their own. */
  readonly fetch?: typeof globalThis.fetch
}

/** Calls over HTTP with the platform's `fetch`. */
export function httpTransport(options: HttpTransportOptions): Transport {
  const base = options.url.replace(/\/+$/, '')
  const call = options.fetch ?? globalThis.fetch
  return {
    url: base,
    async send({ method, path, body, headers, signal }) {
      const init: RequestInit = { method, headers: { ...authorization(options.key), ...headers } }
      if (body !== undefined) init.body = JSON.stringify(body)
      if (signal !== undefined) init.signal = signal
      let response: Response
      try {
        response = await call(`${base}${path}`, init)
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        throw clientError('CONNECTION_REFUSED', { url: base }, { cause: error })
      }
      const text = await response.text()
      return { status: response.status, body: parsed(text) }
    },
  }
}

function authorization(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
