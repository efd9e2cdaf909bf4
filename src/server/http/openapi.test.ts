import { expect, test } from 'vitest'
import { ERRORS } from '../../contracts/errors.ts'
import type { RouteContract } from '../../contracts/route.ts'
import * as decisions from '../../contracts/routes/decisions.ts'
import * as engine from '../../contracts/routes/engine.ts'
import { openApiDocument } from './openapi.ts'

const CONTRACTS: RouteContract[] = [...Object.values(decisions), ...Object.values(engine)].filter(
  (value): value is RouteContract & (typeof value & { path: string }) => 'path' in value && 'response' in value,
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
