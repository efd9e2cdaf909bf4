import { ERRORS, type ErrorCode } from '../../contracts/errors.ts'
import { WORDS } from '../../contracts/pattern.ts'
import type { RouteContract } from '../../contracts/route.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

/** Errors that any route may answer besides those it names. */
const GENERAL_ERRORS: readonly ErrorCode[] = ['NOT_READY', 'INTERNAL']
const TAGS: Readonly<Record<string, string>> = {
  events: 'What shoppers do, as Segment’s and RudderStack’s clients send it.',
  decisions: 'What to show, and why it was shown.',
  outcomes: 'What came of it: impressions, clicks, attributed orders; experiments and their lift.',
  rules: 'What a merchandiser wants of the lists, whatever the models say.',
  catalogue: 'The products of the store.',
  imports: 'Catalogue and history from files, and what is in the data.',
  models: 'Training, evaluation, versions.',
  jobs: 'Long work, with its progress.',
  privacy: 'One shopper’s data.',
  keys: 'Who may call.',
  webhooks: 'Telling other systems what happens, by the rules of Standard Webhooks.',
  operation: 'The running server.',
}

/** The OpenAPI 3.1 document of these routes. */
export function openApiDocument(contracts: readonly RouteContract[], version: string): JsonObject {
  const paths: Record<string, Record<string, Json>> = {}
  for (const contract of contracts) {
    const path = contract.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [contract.method.toLowerCase()]: operation(contract) }
  }
  const used = new Set(contracts.map(({ tag }) => tag))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Storemind',
      version,
      description:
        'The API of one store. Calls need a key, made with `storemind keys create` and sent as ' +
        '`Authorization: Bearer KEY`. Errors are `{ "error": { code, what, why, todo } }`.',
    },
    tags: Object.entries(TAGS).flatMap(([name, description]) => (used.has(name) ? [{ name, description }] : [])),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key from `storemind keys create`, with the scope that a route names.',
        },
        writeKey: { type: 'http', scheme: 'basic', description: 'The write key as the user name, without a password.' },
      },
      schemas: { Error: ERROR_SCHEMA },
    },
  }
}

const ERROR_SCHEMA: JsonObject = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'what', 'why', 'todo'],
      properties: {
        code: { type: 'string', enum: Object.keys(ERRORS) },
        what: { type: 'string', description: 'What happened.' },
        why: { type: 'string' },
        todo: { type: 'string', description: 'What to do about it.' },
      },
    },
  },
}

function operation(contract: RouteContract): JsonObject {
  const parameters = [...parametersOf(contract.params, 'path'), ...parametersOf(contract.querystring, 'query')]
  return {
    operationId: contract.name,
    // Not Markdown, unlike a description.
    summary: contract.summary.replaceAll('`', ''),
    tags: [contract.tag],
    ...access(contract),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(contract.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: modern(contract.body) } } } }
      : {}),
    responses: {
      '200': { description: 'Done.', content: { 'application/json': { schema: modern(contract.response) } } },
      ...errorResponses(contract),
    },
  }
}

function access({ scope, credentials, aliases = [] }: RouteContract): JsonObject {
  const also = aliases.length === 0 ? '' : ` Also at ${aliases.map((path) => `\`${path}\``).join(', ')}.`
  if (scope === 'open') return { security: [], ...(also !== '' && { description: also.trim() }) }
  const needs = `Needs a key with the scope \`${scope}\``
  if (credentials !== 'writeKey') return { security: [{ key: [] }], description: `${needs}.${also}` }
  const shown = 'as the user name of basic auth, as a bearer token, or as `writeKey` in the body'
  // Not also without any: for that pages show a closed lock, as if a key had been given.
  return { security: [{ writeKey: [] }, { key: [] }], description: `${needs}, ${shown}.${also}` }
}

function parametersOf(schema: object | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return []
  const { properties, required } = asObject(modern(schema))
  const needed = Array.isArray(required) ? required : []
  return Object.entries(asObject(properties)).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || needed.includes(name),
    schema: property,
  }))
}

/** One answer a status, with the codes that it may carry. */
function errorResponses(contract: RouteContract): JsonObject {
  const codes = new Set<ErrorCode>(contract.errors)
  if (contract.params || contract.querystring || contract.body) codes.add('BAD_REQUEST')
  if (contract.body) {
    codes.add('MALFORMED_JSON')
    codes.add('BODY_TOO_LARGE')
  }
  if (contract.scope !== 'open') {
    if (contract.credentials !== 'writeKey') codes.add('UNAUTHORIZED')
    codes.add('FORBIDDEN')
    codes.add('ORIGIN_REFUSED')
  }
  if (contract.scope !== 'open' || contract.body) codes.add('RATE_LIMITED')
  for (const code of GENERAL_ERRORS) codes.add(code)
  const byStatus: Record<string, ErrorCode[]> = {}
  for (const code of codes) {
    const status = String(ERRORS[code].status)
    byStatus[status] = [...(byStatus[status] ?? []), code]
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${ERRORS[code].what}`).join(' '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}

/**
 * The contracts' schemas as JSON, with tuples in the words of JSON Schema 2020-12, which OpenAPI 3.1 speaks; the type of a
 * choice of words, without which pages call it any; and what a pattern asks for, in words.
 */
function modern(schema: object): Json {
  const plain: Json = JSON.parse(JSON.stringify(schema))
  return told(plain)
}

function told(value: Json): Json {
  if (Array.isArray(value)) return value.map(told)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(asObject(value)).map(([key, inner]): [string, Json] => [key, told(inner)])
  const object: JsonObject = Object.fromEntries(entries)
  const choices = object['enum']
  if (Array.isArray(choices) && choices.every((one) => typeof one === 'string')) return { type: 'string', ...object }
  const words = object[WORDS]
  if (typeof words === 'string') return { description: `Must be ${words}.`, ...object }
  if (object['type'] !== 'array' || !Array.isArray(object['items'])) return object
  const { items, additionalItems: _, ...rest } = object
  return { ...rest, prefixItems: items ?? [], items: false }
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
