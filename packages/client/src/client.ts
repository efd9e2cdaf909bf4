import { answeredError, clientError } from './error.ts'
import { type Client, ROUTES } from './generated.ts'
import type { CallOptions, Transport } from './transport.ts'

interface RouteRow {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly params: readonly string[]
  readonly query: readonly string[]
  readonly body: boolean
}

/**
 * The client of a store: one method for each route of its API.
 *
 * @example
 *   const client = createClient({ transport: httpTransport({ url: 'http://127.0.0.1:7654', key }) })
 *   const { decisions } = await client.recommend({ requests: [{ profile: '17850', limit: 5 }] })
 */
export function createClient({ transport }: { readonly transport: Transport }): Client {
  const methods = Object.entries<RouteRow>(ROUTES).map(([name, row]) => [
    name,
    (...given: unknown[]) => {
      const hasAddress = row.params.length + row.query.length > 0
      const address = hasAddress ? record(given[0]) : {}
      const body = row.body ? given[hasAddress ? 1 : 0] : undefined
      const options = record(given[(hasAddress ? 1 : 0) + (row.body ? 1 : 0)])
      return call(transport, row, address, body, options)
    },
  ])
  // The table and the interface are generated from the same contracts; this is where they meet.
  return Object.fromEntries(methods) as Client
}

async function call(
  transport: Transport,
  row: RouteRow,
  address: Readonly<Record<string, unknown>>,
  body: unknown,
  { signal, globalPrivacyControl }: CallOptions,
): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (row.body) headers['content-type'] = 'application/json'
  if (globalPrivacyControl) headers['sec-gpc'] = '1'
  const response = await transport.send({
    method: row.method,
    path: pathOf(row, address),
    headers,
    ...(row.body ? { body: body ?? {} } : {}),
    ...(signal ? { signal } : {}),
  })
  if (response.status >= 200 && response.status < 300 && response.body !== undefined) return response.body
  throw (
    answeredError(response.status, response.body) ??
    clientError('ANSWER_INVALID', { url: transport.url, problem: `status ${response.status} without Storemind’s JSON` })
  )
}

function pathOf(row: RouteRow, address: Readonly<Record<string, unknown>>): string {
  const path = row.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(address[name])))
  const query = new URLSearchParams()
  for (const name of row.query) {
    const value = address[name]
    if (value !== undefined) query.set(name, String(value))
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
