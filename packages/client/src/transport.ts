/** One call on its way: the path with its query, and the body as data. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface TransportResponse {
  readonly status: number
  /** The body, parsed; undefined where it was not JSON. */
  readonly body: unknown
}

/** How calls reach a store: over HTTP, or straight into an engine of the same process. */
export interface Transport {
  /** Where calls go, for messages. */
  readonly url: string
  send(request: TransportRequest): Promise<TransportResponse>
}

export interface CallOptions {
  readonly signal?: AbortSignal
  /** The shopper's browser says no to personalisation: sent as `Sec-GPC: 1`. */
  readonly globalPrivacyControl?: boolean
}
