import { expect, test } from 'vitest'
import { ERRORS } from '../../contracts/errors.ts'
import type { RouteContract } from '../../contracts/route.ts'
import * as bots from '../../contracts/routes/bots.ts'
import * as catalogue from '../../contracts/routes/catalogue.ts'
import * as decisions from '../../contracts/routes/decisions.ts'
import * as engine from '../../contracts/routes/engine.ts'
import * as ingest from '../../contracts/routes/ingest.ts'
import * as outcomes from '../../contracts/routes/outcomes.ts'
import * as rules from '../../contracts/routes/rules.ts'
import * as shadow from '../../contracts/routes/shadow.ts'
import * as webhooks from '../../contracts/routes/webhooks.ts'
import { openApiDocument } from './openapi.ts'

const ROOMS = [bots, catalogue, decisions, engine, ingest, outcomes, rules, shadow, webhooks]
const CONTRACTS: RouteContract[] = ROOMS.flatMap((room): unknown[] => Object.values(room)).filter(
  (value): value is RouteContract =>
    typeof value === 'object' && value !== null && 'path' in value && 'response' in value,
)
const document = openApiDocument(CONTRACTS, '1.2.3')

/** Every object in the document with the path that leads to it. */
function* objects(value: unknown, path = ''): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, { ...value }]
  for (const [key, inner] of Object.entries(value)) yield* objects(inner, `${path}/${key.replaceAll('/', '~1')}`)
}

test('every route is there once, under the client’s name', () => {
  const ids = [...objects(document['paths'])].flatMap(([, { operationId }]) => (operationId ? [operationId] : []))
  expect(ids.toSorted()).toEqual(CONTRACTS.map(({ name }) => name).toSorted())
  expect(new Set(ids).size).toBe(ids.length)
})

test('every reference leads somewhere, and no schema speaks an older dialect', () => {
  const known = new Set([...objects(document)].map(([path]) => `#${path}`))
  for (const [path, object] of objects(document)) {
    if (typeof object['$ref'] === 'string') expect(known, path).toContain(object['$ref'])
    if (object['type'] === 'array') expect(Array.isArray(object['items']), `${path}: items of a tuple`).toBe(false)
    expect(object, path).not.toHaveProperty('additionalItems')
    expect(object, path).not.toHaveProperty('nullable')
    // Without its type a page calls a choice of words any, and without a description a pattern is all it shows.
    if (Array.isArray(object['enum'])) expect(object['type'], path).toBe('string')
    if (typeof object['pattern'] === 'string') expect(object['description'], path).toMatch(/^[A-Z]/)
  }
})

test('every group of routes says what it holds, and no lock is closed before a key was given', () => {
  const tags = [...objects(document['tags'])].map(([, { name, description }]) => [
    name,
    String(description).length > 10,
  ])
  expect(tags.toSorted()).toEqual([...new Set(CONTRACTS.map(({ tag }) => tag))].toSorted().map((tag) => [tag, true]))
  for (const [path, operation] of objects(document['paths'])) {
    if (!('operationId' in operation)) continue
    // An empty requirement among others is met by everybody: pages then show the route as one whose key they hold.
    expect(JSON.stringify(operation['security']), path).not.toContain('{}')
    // Pages show a summary as it is.
    expect(operation['summary'], path).not.toContain('`')
  }
})

test('every part of a path is declared, and every error code is explained', () => {
  for (const [path, operations] of Object.entries(document['paths'] ?? {})) {
    for (const [, operation] of objects(operations)) {
      if (!('operationId' in operation)) continue
      const declared = [...objects(operation['parameters'])].flatMap(([, { name, in: place }]) =>
        place === 'path' ? [name] : [],
      )
      expect(declared).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
    }
  }
  for (const { name, errors } of CONTRACTS) {
    const operation = [...objects(document['paths'])].find(([, { operationId }]) => operationId === name)?.[1]
    const responses = JSON.stringify(operation?.['responses'])
    for (const code of errors) expect(responses, name).toContain(`\`${code}\`: ${ERRORS[code].what.slice(0, 20)}`)
  }
})
