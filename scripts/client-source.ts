import { ERRORS, type ErrorCode } from '../src/contracts/errors.ts'
import type { RouteContract } from '../src/contracts/route.ts'
import { contentOf, type JsonSchema, type Nouns, typeText } from './schema-types.ts'

/** Errors that arise on the client's own side, so that their words must travel with it. */
const CLIENT_ERRORS: readonly ErrorCode[] = ['CONNECTION_REFUSED', 'ANSWER_INVALID']

/**
 * The source of packages/client/src/generated.ts.
 *
 * @param routes every route contract
 * @param named  exported schemas by their names; the first name of a content wins
 */
export function clientSource(routes: readonly RouteContract[], named: ReadonlyMap<string, JsonSchema>): string {
  const nouns: Nouns = new Map([...named].reverse().map(([name, schema]) => [contentOf(schema), name]))
  const used = usedNouns(routes, named, nouns)
  return `${[
    '// Made by scripts/generate-client.ts from the route contracts: change those, then run `npm run generate`.',
    "import type { CallOptions } from './transport.ts'",
    ...[...named].filter(([name]) => used.has(name)).map(([name, schema]) => declaration(name, schema, nouns)),
    errorCodes(),
    clientInterface(routes, nouns),
    routeTable(routes),
    clientErrors(),
  ].join('\n\n')}\n`
}

function declaration(name: string, schema: JsonSchema, nouns: Nouns): string {
  const doc = schema.description === undefined ? '' : `/** ${schema.description} */\n`
  const text = typeText(schema, nouns, '', name)
  return text.startsWith('{') && text.length > 2
    ? `${doc}export interface ${name} ${text}`
    : `${doc}export type ${name} = ${text}`
}

function errorCodes(): string {
  const codes = Object.keys(ERRORS).map((code) => `  | '${code}'`)
  return `/** Every code that an error may carry; see docs/errors.md. */\nexport type ErrorCode =\n${codes.join('\n')}`
}

function clientInterface(routes: readonly RouteContract[], nouns: Nouns): string {
  const methods = routes.map((contract) => {
    const errors = contract.errors.length === 0 ? '' : `\n   * @throws StoremindError ${contract.errors.join(', ')}`
    const doc = `  /**\n   * ${contract.summary}${errors}\n   */`
    return `${doc}\n  ${contract.name}(${argumentsText(contract, nouns)}): Promise<${typeText(contract.response, nouns, '  ')}>`
  })
  return [
    '/** One method a route. Parts of the path and of the query stand in the first argument, the body in the next. */',
    `export interface Client {\n${methods.join('\n')}\n}`,
  ].join('\n')
}

function argumentsText(contract: RouteContract, nouns: Nouns): string {
  const address = addressSchema(contract)
  const parts: string[] = []
  if (address !== undefined) {
    const optional = (address.required ?? []).length === 0
    parts.push(`address${optional ? '?' : ''}: ${typeText(address, nouns, '  ')}`)
  }
  if (contract.body !== undefined) parts.push(`body: ${typeText(contract.body, nouns, '  ')}`)
  parts.push('options?: CallOptions')
  return parts.join(', ')
}

/** Path and query in one object; their names never clash within a route. */
function addressSchema(contract: RouteContract): JsonSchema | undefined {
  const params: JsonSchema | undefined = contract.params
  const query: JsonSchema | undefined = contract.querystring
  if (params === undefined && query === undefined) return undefined
  return {
    type: 'object',
    required: [...(params?.required ?? []), ...(query?.required ?? [])],
    properties: { ...params?.properties, ...query?.properties },
  }
}

function routeTable(routes: readonly RouteContract[]): string {
  const rows = routes.map((contract) => {
    const query: JsonSchema | undefined = contract.querystring
    const names = (schema: JsonSchema | undefined) =>
      `[${Object.keys(schema?.properties ?? {})
        .map((name) => `'${name}'`)
        .join(', ')}]`
    return `  ${contract.name}: { method: '${contract.method}', path: '${contract.path}', params: ${names(contract.params)}, query: ${names(query)}, body: ${contract.body !== undefined} },`
  })
  return `/** What the methods send. */\nexport const ROUTES = {\n${rows.join('\n')}\n} as const`
}

function clientErrors(): string {
  const rows = CLIENT_ERRORS.map((code) => `  ${code}: ${JSON.stringify(ERRORS[code])},`)
  return `/** The words of the errors that arise on this side of the wire. */\nexport const CLIENT_ERRORS = {\n${rows.join('\n')}\n} as const`
}

/** Nouns that a route speaks of, directly or through another noun. */
function usedNouns(
  routes: readonly RouteContract[],
  named: ReadonlyMap<string, JsonSchema>,
  nouns: Nouns,
): Set<string> {
  const used = new Set<string>()
  const visit = (schema: JsonSchema): void => {
    const noun = nouns.get(contentOf(schema))
    if (noun !== undefined) {
      if (used.has(noun)) return
      used.add(noun)
    }
    for (const part of partsOf(schema)) visit(part)
  }
  for (const contract of routes) {
    for (const schema of [contract.params, contract.querystring, contract.body, contract.response]) {
      if (schema !== undefined) visit(schema)
    }
  }
  return new Set([...named.keys()].filter((name) => used.has(name)))
}

function partsOf(schema: JsonSchema): readonly JsonSchema[] {
  const items = schema.items === undefined ? [] : [schema.items].flat()
  return [
    ...items,
    ...(schema.anyOf ?? []),
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.patternProperties ?? {}),
  ]
}
