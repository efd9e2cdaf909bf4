import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cycles } from './architecture/cycles.ts'
import type { Import } from './architecture/imports.ts'
import { belongs, mayImport, readRules, roomOf } from './architecture/rules.ts'
import { exists, files, isGenerated, isTest, ROOT, sources, target } from './architecture/tree.ts'
import { EMPTY_NAMES, WORDS } from './architecture/words.ts'

const rules = readRules(readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8'))
const tree = sources()
const product = tree.filter((file) => !isTest(file.path))

describe('the tree, against ARCHITECTURE.md', () => {
  it('is read at all: each room of the table that exists has files', () => {
    expect(tree.length).toBeGreaterThan(100)
    expect(rules.rooms.length).toBeGreaterThan(15)
    const rooms = new Set(tree.map((file) => roomOf(file.path, rules)))
    for (const room of ['packages/ml', 'src/contracts', 'src/core/ports', 'src/demo']) expect(rooms).toContain(room)
    expect(product.flatMap((file) => file.imports).length).toBeGreaterThan(200)
  })

  it('has every file in a room of the table', () => {
    expect(tree.filter((file) => roomOf(file.path, rules) === undefined).map((file) => file.path)).toEqual([])
  })

  it('imports only what the table allows', () => {
    const wrong = product.flatMap((file) => {
      const from = roomOf(file.path, rules) ?? ''
      return file.imports.flatMap(({ specifier }) => {
        const path = target(file.path, specifier)
        const to = path === undefined ? undefined : roomOf(path, rules)
        return to === undefined || mayImport(file.path, from, to, rules) ? [] : [`${file.path} → ${path}`]
      })
    })
    expect(wrong).toEqual([])
  })

  it('names only files that exist', () => {
    const missing = tree.flatMap((file) =>
      file.imports.flatMap(({ specifier }) => {
        const path = target(file.path, specifier)
        return path === undefined || exists(path) ? [] : [`${file.path} → ${specifier}`]
      }),
    )
    expect(missing).toEqual([])
  })

  it('lets no product code import a test', () => {
    const wrong = product.filter((file) => file.imports.some(({ specifier }) => isTest(specifier)))
    expect(wrong.map((file) => file.path)).toEqual([])
  })

  it('has no cycle of value imports', () => {
    const edges = new Map(
      product.map((file) => [
        file.path,
        file.imports.flatMap(({ specifier, typeOnly }) => (typeOnly ? [] : (target(file.path, specifier) ?? []))),
      ]),
    )
    expect(cycles(edges)).toEqual([])
  })

  it('loads no schema library in the threads of the store, which start often and need none', () => {
    const threads = product.filter(({ path }) => /^src\/storage\/.*-thread\.ts$/.test(path))
    expect(threads.length).toBeGreaterThan(2)
    for (const { path } of threads) {
      const loaded = loadedBy(path)
      expect(loaded.size, path).toBeGreaterThan(3)
      const wrong = product.filter((file) => loaded.has(file.path) && file.imports.some(loadsSchemas))
      expect(
        wrong.map((file) => file.path),
        path,
      ).toEqual([])
    }
  })

  it.each(rules.words)('keeps $what where it belongs', (rule) => {
    const find = WORDS[rule.what]
    expect(find, `no way to find ${rule.what} is known: add one to words.ts`).toBeDefined()
    const wrong = product.flatMap((file) => {
      const found = find?.(file.path, file.source, file.imports)
      return found === undefined || belongs(roomOf(file.path, rules) ?? '', rule) ? [] : [`${file.path}: ${found}`]
    })
    expect(wrong).toEqual([])
  })

  it('writes Chinese with the punctuation of Chinese', () => {
    const halfWidth = /[\u4e00-\u9fff」][,:;?!(]|[,:;?!][\u4e00-\u9fff「]/
    const wrong = product.flatMap(({ path, source }) =>
      source.literals.filter(({ text }) => halfWidth.test(text)).map(({ text }) => `${path}: ${text}`),
    )
    expect(wrong).toEqual([])
  })

  it('checks every word that it knows', () => {
    expect(rules.words.map((rule) => rule.what).sort()).toEqual(Object.keys(WORDS).sort())
  })

  it('has no room or file with a name that says nothing', () => {
    expect(files('{src,packages,testkit,bench,scripts,test}/**').filter((path) => EMPTY_NAMES.test(path))).toEqual([])
  })

  it('has no file above 500 lines, generated ones excepted', () => {
    const long = tree.filter((file) => file.lines > 500 && !isGenerated(file.path))
    expect(long.map((file) => `${file.path}: ${file.lines}`)).toEqual([])
  })

  it('links in documents only to what exists', () => {
    const broken = files('{*.md,{src,packages,testkit,bench,scripts,docs,test}/**/*.md}').flatMap((path) =>
      linksOf(readFileSync(join(ROOT, path), 'utf8'))
        .filter((link) => !exists(posix.join(dirname(path), link)))
        .map((link) => `${path} → ${link}`),
    )
    expect(broken).toEqual([])
  })
})

/** The files of the tree that a thread loads which starts with this one; what it starts itself is another's. */
function loadedBy(path: string): Set<string> {
  const loaded = new Set<string>()
  const visit = (from: string) => {
    if (loaded.has(from)) return
    loaded.add(from)
    for (const { specifier, typeOnly } of product.find((file) => file.path === from)?.imports ?? []) {
      const to = typeOnly ? undefined : target(from, specifier)
      if (to !== undefined) visit(to)
    }
  }
  visit(path)
  return loaded
}

function loadsSchemas({ specifier, typeOnly }: Import): boolean {
  return !typeOnly && /^typebox(\/|$)/.test(specifier)
}

/** Relative links of a document, without their anchors; what stands in code is no link. */
function linksOf(markdown: string): string[] {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map((match) => (match[1] ?? '').replace(/#.*$/, ''))
    .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
    .map((link) => decodeURIComponent(link))
}
