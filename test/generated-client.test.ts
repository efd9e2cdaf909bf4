import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generateClient } from '../scripts/generate-client.ts'
import { typeText } from '../scripts/schema-types.ts'

test('the committed client is what the contracts generate now', async () => {
  const committed = readFileSync(new URL('../packages/client/src/generated.ts', import.meta.url), 'utf8')
  expect(committed, 'run `npm run generate`').toBe(await generateClient())
})

test('schemas become the types they describe', () => {
  const nouns = new Map<string, string>()
  expect(typeText({ type: 'array', items: { enum: ['a', 'b'] } }, nouns)).toBe("readonly ('a' | 'b')[]")
  expect(typeText({ anyOf: [{ type: 'integer' }, { type: 'null' }] }, nouns)).toBe('number | null')
  expect(typeText({ type: 'array', items: [{ type: 'number' }, { type: 'string' }] }, nouns)).toBe(
    'readonly [number, string]',
  )
  expect(typeText({ type: 'object', patternProperties: { '^.*$': {} } }, nouns)).toBe(
    'Readonly<Record<string, unknown>>',
  )
  expect(
    typeText({ type: 'object', required: ['a'], properties: { a: { const: true }, b: { type: 'string' } } }, nouns),
  ).toBe('{\n  readonly a: true\n  readonly b?: string\n}')
})
