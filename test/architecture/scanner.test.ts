// Sources under test hold templates of their own.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are text here
import { describe, expect, it } from 'vitest'
import { cycles } from './cycles.ts'
import { importsOf } from './imports.ts'
import { belongs, mayImport, readRules, roomOf } from './rules.ts'
import { readSource } from './source-text.ts'
import { EMPTY_NAMES, WORDS } from './words.ts'

const imports = (source: string) => importsOf(readSource(source))
const specifiers = (source: string) => imports(source).map(({ specifier }) => specifier)

describe('the scanner of imports', () => {
  it.each([
    ["import './a.ts'", './a.ts', false],
    ["import a from './a.ts'", './a.ts', false],
    ["import * as a from './a.ts'", './a.ts', false],
    ["import a, { b } from './a.ts'", './a.ts', false],
    ['import {\n  a,\n  type B,\n} from "./a.ts"', './a.ts', false],
    ["import type { A } from './a.ts'", './a.ts', true],
    ["import type A from './a.ts'", './a.ts', true],
    ["import { type A } from './a.ts'", './a.ts', false],
    ["import type from './a.ts'", './a.ts', false],
    ["export * from './a.ts'", './a.ts', false],
    ["export type * from './a.ts'", './a.ts', true],
    ["export { a as b } from './a.ts'", './a.ts', false],
    ["export type { A } from './a.ts'", './a.ts', true],
    ["const a = await import('./a.ts')", './a.ts', false],
    ["const load = () => import('./a.ts')", './a.ts', false],
    ["interface B { readonly a: import('./a.ts').A }", './a.ts', true],
    ["type B = typeof import('./a.ts')", './a.ts', true],
    ["new Worker(new URL('./a.ts', import.meta.url))", './a.ts', false],
  ])('finds %j', (source, specifier, typeOnly) => {
    expect(imports(source)).toEqual([{ specifier, typeOnly }])
  })

  it.each([
    "// import './a.ts'",
    "/* import a from './a.ts' */",
    'const text = "import \'./a.ts\'"',
    "const text = `import './a.ts'`",
    "const pattern = /import '.\\/a.ts'/",
    "export const from = 'a'",
    "const a = imported('./a.ts')",
  ])('finds nothing in %j', (source) => {
    expect(imports(source)).toEqual([])
  })

  it('finds what stands in the code of a template, and after it', () => {
    const source = "const a = `x ${await import('./a.ts')} ${`${1}`} y`\nimport './b.ts'"
    expect(specifiers(source).sort()).toEqual(['./a.ts', './b.ts'])
  })

  it('tells a division from a pattern', () => {
    expect(specifiers("const a = b / c / d; import './a.ts'")).toEqual(['./a.ts'])
    expect(specifiers("const a = f(/['\"`]/); import './a.ts'")).toEqual(['./a.ts'])
    expect(specifiers("return /[/']/g.test(a)\nimport './a.ts'")).toEqual(['./a.ts'])
    expect(specifiers("const a = (b) / 2 // it's\nimport './a.ts'")).toEqual(['./a.ts'])
  })

  it('keeps every index and every line', () => {
    const source = "a('b') /* c\n */ + `d ${e} f`\n"
    const { code, literals } = readSource(source)
    expect(code).toHaveLength(source.length)
    expect(literals.map(({ start, text }) => source.slice(start, start + text.length) === text)).not.toContain(false)
    expect(literals.map(({ text }) => text)).toEqual(['b', 'd ', ' f'])
  })
})

describe('the finder of cycles', () => {
  const edges = (text: string) =>
    new Map(text.split(' ').map((pair): [string, string[]] => [pair.charAt(0), [...pair.slice(1)]]))

  it('finds none in a tree, a diamond, or nothing', () => {
    expect(cycles(edges('abc bd cd d'))).toEqual([])
    expect(cycles(new Map())).toEqual([])
  })

  it('finds every knot, loops of one included', () => {
    expect(cycles(edges('ab bca c d dd e')).sort()).toEqual([['a', 'b'], ['d']])
    expect(cycles(edges('ab bc cd da'))).toEqual([['a', 'b', 'c', 'd']])
  })

  it('is not stopped by depth', () => {
    const deep = new Map(Array.from({ length: 50_000 }, (_, i): [string, string[]] => [`${i}`, [`${i + 1}`]]))
    expect(cycles(deep)).toEqual([])
  })
})

describe('the rules', () => {
  const rules = readRules(
    [
      '| room | may import |\n|---|---|',
      '| src/core/ports | contracts |\n| src/core/events | contracts, core/ports |\n| src/contracts | – |',
      '| src/sales | contracts, core, ml (in `features.ts`, `decide/` only) |\n| packages/ml | – |',
      '| src/connectors/kit | contracts |\n| src/connectors/* | connectors/kit |\n| bench | everything |',
      '\n| what | only in |\n|---|---|\n| SQL | storage, ml |\n',
    ].join('\n'),
  )

  it.each([
    ['src/core/ports.ts', 'src/core/ports'],
    ['src/core/ports.test.ts', 'src/core/ports'],
    ['src/core/events/judge.ts', 'src/core/events'],
    ['src/connectors/kit/a.ts', 'src/connectors/kit'],
    ['src/connectors/shopify/a.ts', 'src/connectors/shopify'],
    ['packages/ml/src/a.ts', 'packages/ml'],
    ['src/elsewhere/a.ts', undefined],
    ['src/core/portside/a.ts', undefined],
  ])('put %s in %s', (file, room) => {
    expect(roomOf(file, rules)).toBe(room)
  })

  it.each([
    ['src/sales/a.ts', 'src/sales', 'src/core/events', true],
    ['src/sales/a.ts', 'src/sales', 'packages/ml', false],
    ['src/sales/features.ts', 'src/sales', 'packages/ml', true],
    ['src/sales/decide/a.ts', 'src/sales', 'packages/ml', true],
    ['src/sales/other/features.ts', 'src/sales', 'packages/ml', false],
    ['src/core/events/a.ts', 'src/core/events', 'src/sales', false],
    ['src/connectors/a/b.ts', 'src/connectors/a', 'src/connectors/kit', true],
    ['src/connectors/a/b.ts', 'src/connectors/a', 'src/connectors/c', false],
    ['src/connectors/kit/b.ts', 'src/connectors/kit', 'src/connectors/c', false],
    ['src/contracts/a.ts', 'src/contracts', 'src/core/ports', false],
    ['bench/a.ts', 'bench', 'src/sales', true],
    ['src/nowhere/a.ts', 'src/nowhere', 'src/sales', false],
  ])('let %s of %s import %s: %s', (file, from, to, allowed) => {
    expect(mayImport(file, from, to, rules)).toBe(allowed)
  })

  it('say where a word belongs', () => {
    const [rule] = rules.words
    expect(rule && ['src/storage', 'src/storage/a', 'packages/ml'].map((room) => belongs(room, rule))).toEqual([
      true,
      true,
      true,
    ])
    expect(rule && belongs('src/storages', rule)).toBe(false)
  })

  it('are missed when a table is missing', () => {
    expect(() => readRules('# Nothing')).toThrow('no table')
  })
})

describe('the finders of words', () => {
  const find = (what: string, code: string, file = 'src/a.ts') => {
    const source = readSource(code)
    return WORDS[what]?.(file, source, importsOf(source)) !== undefined
  }

  it.each([
    ['SQL', "db.prepare('SELECT a\\n FROM b')", true],
    ['SQL', 'db.exec(`INSERT INTO a VALUES (${b})`)', true],
    ['SQL', "import { DatabaseSync } from 'node:sqlite'", true],
    ['SQL', "'Select one from the list'", false],
    ['SQL', '// SELECT a FROM b', false],
    ['network', "import { connect } from 'node:net'", true],
    ['network', "import type { FastifyInstance } from 'fastify'", false],
    ['network', 'await fetch(url)', true],
    ['network', 'await this.fetch(url)', false],
    ['network', 'prefetch(url)', false],
    ['clock and random source', 'const at = Date.now()', true],
    ['clock and random source', 'const clock = Date.now', true],
    ['clock and random source', 'new Date()', true],
    ['clock and random source', 'new Date(at)', false],
    ['clock and random source', 'Math.random()', true],
    ['clock and random source', "import { randomBytes } from 'node:crypto'", true],
    ['clock and random source', 'crypto.randomUUID()', true],
    ['clock and random source', 'options.randomBytes(bytes)', false],
    ['clock and random source', "import { createHash } from 'node:crypto'", false],
    ['clock and random source', '/** Date.now() is never called here. */', false],
  ])('%s in %j: %s', (what, code, found) => {
    expect(find(what, code)).toBe(found)
  })

  it('knows empty names', () => {
    expect(
      ['src/utils/a.ts', 'src/a/helpers.ts', 'src/lib', 'src/common.ts'].every((path) => EMPTY_NAMES.test(path)),
    ).toBe(true)
    expect(['src/library/a.ts', 'src/calibration.ts', 'src/helpersome.ts'].some((path) => EMPTY_NAMES.test(path))).toBe(
      false,
    )
  })
})
