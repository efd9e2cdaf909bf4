import type { Static, TSchema } from 'typebox'
import type { ErrorCode } from './errors.ts'

/** What a key may do. `open` routes need no key. */
export const SCOPES = ['read', 'write', 'admin'] as const
/** A page's origin as browsers send it: scheme, host, and a port where it is not the scheme's own. */
export const ORIGIN_PATTERN = '^https?://[a-z0-9._:\\[\\]-]+$'
export type Scope = (typeof SCOPES)[number]

/**
 * One HTTP route as data. From it come the type of its handler, the validation, OpenAPI, the generated client and the
 * documentation; nothing about a route stands anywhere else.
 */
export interface RouteContract<
  Params extends TSchema = TSchema,
  Querystring extends TSchema = TSchema,
  Body extends TSchema = TSchema,
  Response extends TSchema = TSchema,
> {
  /** The client's method name, camelCase and unique. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Fastify's form: `/v1/jobs/:id`. */
  readonly path: string
  /** Other addresses of the same route, for clients that know it by them. */
  readonly aliases?: readonly string[]
  readonly scope: Scope | 'open'
  /**
   * How the key is shown. `bearer` where left out: `Authorization: Bearer KEY`. `writeKey`: as Segment clients do, the
   * user name of basic auth, or `writeKey` in the body.
   */
  readonly credentials?: 'bearer' | 'writeKey'
  /**
   * True for a route that pages of the shop call from a shopper’s browser: it answers pages of the origins in
   * `server.corsOrigins`. All other routes are closed to foreign pages.
   */
  readonly browser?: boolean
  /** True for a route that also takes its JSON as text/plain, as a page sends it when it is left (`sendBeacon`). */
  readonly beacon?: boolean
  readonly summary: string
  readonly tag: string
  readonly params?: Params
  readonly querystring?: Querystring
  readonly body?: Body
  readonly response: Response
  readonly errors: readonly ErrorCode[]
}

/** Declares a route, keeping its schemas' exact types. */
export function route<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  contract: RouteContract<P, Q, B, R>,
): RouteContract<P, Q, B, R> {
  return Object.freeze(contract)
}

/** What a handler receives. Parts that a contract leaves out are of type unknown and undefined at run time. */
export interface RouteInput<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params: Static<P>
  readonly query: Static<Q>
  readonly body: Static<B>
  /** True when the shopper's browser sent `Sec-GPC: 1`. */
  readonly globalPrivacyControl: boolean
  /** Empty where the caller sent none. */
  readonly userAgent: string
}

/** A contract with the function that answers it. Server mounts these; nobody else does. */
export interface RouteHandler {
  readonly contract: RouteContract
  readonly answer: (input: {
    params: unknown
    query: unknown
    body: unknown
    globalPrivacyControl: boolean
    userAgent: string
  }) => Promise<unknown>
}

/** Ties a function to a contract; the function's input and output are checked against the contract's schemas. */
export function handle<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema>(
  contract: RouteContract<P, Q, B, R>,
  answer: (input: RouteInput<P, Q, B>) => Promise<Static<R>>,
): RouteHandler {
  // The server validates against the same contract before it calls, so the input has the contract's types.
  return { contract, answer: answer as RouteHandler['answer'] }
}
