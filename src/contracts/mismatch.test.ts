import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Errors } from 'typebox/value'
import { describe, expect, it, test } from 'vitest'
import { Configuration } from './configuration.ts'
import { mismatchWords } from './mismatch.ts'
import { textOfForm, WORDS } from './pattern.ts'
import { Rule } from './rule.ts'

/** Every object within a value. */
function* objects(value: unknown): Generator<object> {
  if (typeof value !== 'object' || value === null) return
  yield value
  for (const inner of Object.values(value)) yield* objects(inner)
}

/** All that the contracts say: the nouns beside this test and the routes. */
async function contracts(): Promise<unknown[]> {
  const folders = [import.meta.dirname, join(import.meta.dirname, 'routes')]
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  )
  return Promise.all(files.map((file) => import(file)))
}

test('every pattern of every contract has words, and whoever breaks it reads these', async () => {
  const schemas = [...objects(await contracts())].filter(
    (one): one is { pattern: string } => 'pattern' in one && typeof one.pattern === 'string',
  )
  expect(new Set(schemas.map(({ pattern }) => pattern)).size).toBeGreaterThan(8)
  for (const schema of schemas) {
    const words: unknown = Reflect.get(schema, WORDS)
    expect(words, schema.pattern).toMatch(/^[a-z][^\\^$]{8,}[^.]$/)
    const [broken] = Errors(schema, '\u0000 ?')
    expect(mismatchWords(broken, 'this', schema)).toBe(`must be ${words}`)
  }
})

describe('a mismatch', () => {
  const wordsOf = (schema: object, value: unknown) => mismatchWords([...Errors(schema, value)][0], 'a rule', schema)

  it('is told in words wherever the pattern stands', () => {
    const rule = { name: 'No Capitals', effect: { kind: 'exclude' }, when: {} }
    expect(wordsOf(Rule, rule)).toBe('must be up to 64 small letters, digits, underscores and hyphens, a letter first')
    const list = { type: 'array', items: { anyOf: [textOfForm('^a+$', 'letters a'), { type: 'null' }] } }
    expect(wordsOf(list, ['a', 'b'])).toBe('must be letters a')
    const odd = { type: 'object', required: [], properties: { 'a/b~c': textOfForm('^a+$', 'letters a') } }
    expect(wordsOf(odd, { 'a/b~c': 'b' })).toBe('must be letters a')
    expect(wordsOf(Configuration.properties['server.corsOrigins'], 'shop.example/x')).toMatch(/^must be origins like/)
  })

  it('names what is allowed, and what is no part', () => {
    expect(wordsOf({ enum: ['a', 'b'] }, 'c')).toBe('must be one of a, b')
    expect(wordsOf({ type: 'object', additionalProperties: false, properties: {} }, { x: 1 })).not.toContain('schema')
    expect(mismatchWords(undefined, 'a rule', {})).toBe('has another form')
  })
})
