import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import fc from 'fast-check'
import { Check } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Importer, ImportFile, ImportItem, ImportSource } from '../../src/connectors/kit/importer.ts'
import { CodedError, ERRORS } from '../../src/contracts/errors.ts'
import { SegmentMessage } from '../../src/contracts/event.ts'
import { Product } from '../../src/contracts/product.ts'

/** A small source that an importer reads, and what must come out of it. */
export interface ImporterSample {
  /** What the caller names: a file of `files`, or '' for the folder that holds them. */
  readonly path: string
  /** Name → content. */
  readonly files: Readonly<Record<string, string>>
  /** The file that is cut, damaged, emptied. */
  readonly main: string
  readonly basis?: ImportSource['basis']
  readonly products: number
  readonly events: number
  /** Every problem: which file, on which line, what. */
  readonly problems: readonly { readonly file: string; readonly line: number; readonly code: string }[]
}

const CUTS = 25
const DAMAGES = 40

/** What every importer promises, whatever the format. */
export function importerContract(importer: Importer, sample: ImporterSample): void {
  describe(`${importer.info.id} is an importer`, () => {
    let home = ''
    beforeAll(() => {
      home = mkdtempSync(join(tmpdir(), 'storemind-importer-'))
    })
    afterAll(() => rmSync(home, { recursive: true, force: true }))

    let folders = 0
    /** A source whose main file was changed. */
    const source = (change: (content: Buffer) => Buffer = (content) => content): ImportSource => {
      const folder = join(home, String(folders++))
      for (const [name, content] of Object.entries(sample.files)) {
        const path = join(folder, name)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, name === sample.main ? change(Buffer.from(content)) : content)
      }
      const basis = sample.basis ?? 'contract'
      return { path: join(folder, sample.path), map: {}, options: {}, basis, currency: 'EUR', timezone: 'UTC' }
    }

    it('finds what the sample holds, and names the lines of what it refuses', async () => {
      const items = await readAll(importer, source())
      expect(problemsOf(items)).toEqual(sample.problems)
      expect(items.filter((item) => item.kind === 'product')).toHaveLength(sample.products)
      expect(items.filter((item) => item.kind === 'event')).toHaveLength(sample.events)
    })

    it('gives items that keep their contracts, each key once', async () => {
      const items = await readAll(importer, source())
      expectSound(items)
      const keys = items.flatMap((item) => (item.kind === 'event' ? [item.key] : []))
      expect(new Set(keys).size).toBe(keys.length)
    })

    it('gives the same items with the same keys when it reads again', async () => {
      const same = source()
      expect(await readAll(importer, same)).toEqual(await readAll(importer, same))
    })

    it('reads the same out of a file with a byte order mark and Windows line ends', async () => {
      const windows = (content: Buffer) => Buffer.from(`\ufeff${content.toString().replaceAll('\n', '\r\n')}`)
      expect(stripPaths(await readAll(importer, source(windows)))).toEqual(
        stripPaths(await readAll(importer, source())),
      )
    })

    it('names equal content alike, and other content or another way of reading differently', async () => {
      const prints = async (from: ImportSource) => (await importer.plan(from)).map((file) => file.fingerprint)
      const before = await prints(source())
      expect(await prints(source())).toEqual(before)
      expect(await prints(source((content) => Buffer.concat([content, Buffer.from('\n')])))).not.toEqual(before)
      expect(await prints({ ...source(), basis: 'sample' })).not.toEqual(
        await prints({ ...source(), basis: 'contract' }),
      )
    })

    it('tells how far it has read, up to the size', async () => {
      for (const file of await importer.plan(source())) {
        const heard: number[] = []
        for await (const _ of file.read({
          signal: new AbortController().signal,
          onBytes: (bytes) => heard.push(bytes),
        }));
        expect(heard).toEqual([...heard].sort((a, b) => a - b))
        expect(heard.at(-1)).toBe(file.bytes)
      }
    })

    it('stops when it is told to', async () => {
      const files = await importer.plan(source())
      const longest = (await Promise.all(files.map(async (file) => [file, (await read(file)).length] as const))).sort(
        (a, b) => b[1] - a[1],
      )[0]
      const [file, length] = longest ?? [files[0]!, 0]
      const early = new AbortController()
      early.abort()
      expect(await read(file, early)).toEqual([])
      const controller = new AbortController()
      const until: ImportItem[] = []
      for await (const item of file.read({ signal: controller.signal, onBytes: () => {} })) {
        until.push(item)
        controller.abort()
      }
      expect(length).toBeGreaterThan(2)
      expect(until.length).toBeLessThan(length)
    })

    it('says what is wrong with a source before it reads it', async () => {
      const missing = { ...source(), path: join(home, 'nowhere', 'at-all.csv') }
      expect(await refusal(importer, missing)).toBe('FILE_NOT_FOUND')
      expect(
        await refusal(
          importer,
          source(() => Buffer.alloc(0)),
        ),
      ).toBe('FILE_EMPTY')
      expect(
        await refusal(
          importer,
          source(() => Buffer.from('\ufeff')),
        ),
      ).toBe('FILE_EMPTY')
      expect(
        await refusal(
          importer,
          source(() => Buffer.from([0xff, 0xfe])),
        ),
      ).toBe('FILE_EMPTY')
      const garbled = source((content) => Buffer.concat([content, Buffer.from([0xc3, 0x28, 0x0a])]))
      expect(await refusal(importer, garbled)).toBe('FILE_ENCODING')
      expect(await refusal(importer, { ...source(), options: { colour: 'blue' } })).toBe('OPTION_UNKNOWN')
      expect(await refusal(importer, { ...source(), options: { constructor: 'x' } })).toBe('OPTION_UNKNOWN')
      expect(await refusal(importer, { ...source(), map: { ['__proto__x']: 'id' } })).toBe('OPTION_UNKNOWN')
    })

    it('survives a file that is cut anywhere', async () => {
      const size = Buffer.byteLength(sample.files[sample.main] ?? '')
      for (let cut = 1; cut <= CUTS; cut++) {
        const end = Math.floor((size * cut) / (CUTS + 1))
        await expectSoundOrRefused(
          importer,
          source((content) => content.subarray(0, end)),
        )
      }
    })

    it('survives damaged bytes', async () => {
      const size = Buffer.byteLength(sample.files[sample.main] ?? '')
      const nasty = fc.constantFrom(0x00, 0x0a, 0x0d, 0x22, 0x2c, 0x2d, 0x3c, 0x3e, 0x26, 0x5c, 0x09, 0x7b, 0x80, 0xff)
      const damage = fc.array(fc.tuple(fc.nat({ max: size - 1 }), nasty), { minLength: 1, maxLength: 6 })
      await fc.assert(
        fc.asyncProperty(damage, async (bytes) => {
          const damaged = (content: Buffer) => {
            for (const [at, byte] of bytes) content[at] = byte
            return content
          }
          await expectSoundOrRefused(importer, source(damaged))
        }),
        { numRuns: DAMAGES, seed: 7 },
      )
    })

    it('describes itself', () => {
      expect(importer.info.example).toContain(`storemind import ${importer.info.id} `)
      expect(importer.info.fields.length).toBeGreaterThan(0)
      expect(importer.info.defaultBasis).toBe(importer.defaultBasis)
      const names = importer.info.fields.map((field) => field.name)
      expect(new Set(names).size).toBe(names.length)
    })
  })
}

async function read(file: ImportFile, controller = new AbortController()): Promise<ImportItem[]> {
  const items: ImportItem[] = []
  for await (const item of file.read({ signal: controller.signal, onBytes: () => {} })) items.push(item)
  return items
}

/** All items of a source, in order. */
export async function readAll(importer: Importer, source: ImportSource): Promise<ImportItem[]> {
  const items: ImportItem[] = []
  for (const file of await importer.plan(source)) items.push(...(await read(file)))
  return items
}

async function refusal(importer: Importer, source: ImportSource): Promise<string> {
  try {
    await importer.plan(source)
  } catch (error) {
    if (error instanceof CodedError) return error.code
    throw error
  }
  return 'none'
}

async function expectSoundOrRefused(importer: Importer, source: ImportSource): Promise<void> {
  if ((await refusal(importer, source)) === 'none') expectSound(await readAll(importer, source))
}

function expectSound(items: readonly ImportItem[]): void {
  for (const item of items) {
    if (item.kind === 'product') expect(Check(Product, item.product), JSON.stringify(item.product)).toBe(true)
    if (item.kind === 'event') {
      expect(Check(SegmentMessage, item.message), JSON.stringify(item.message)).toBe(true)
      expect(JSON.parse(JSON.stringify(item.message))).toEqual(item.message)
    }
    if (item.kind === 'problem') {
      // Every {name} of the problem's words is filled.
      for (const name of ERRORS[item.code].what.matchAll(/\{(\w+)\}/g))
        expect(item.details).toHaveProperty(name[1] ?? '')
    }
  }
}

function problemsOf(items: readonly ImportItem[]): ImporterSample['problems'] {
  return items.flatMap((item) =>
    item.kind === 'problem' ? [{ file: basename(item.line.file), line: item.line.line, code: item.code }] : [],
  )
}

function stripPaths(items: readonly ImportItem[]): unknown {
  return items.map((item) => {
    const line = { ...item.line, file: basename(item.line.file) }
    // A folder's own name is another in every copy; a truncation names the path again.
    return item.kind === 'problem'
      ? { ...item, line, details: { ...item.details, path: '' } }
      : { ...item, line: line.line }
  })
}
