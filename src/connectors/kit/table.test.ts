import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CodedError } from '../../contracts/errors.ts'
import type { ImportSource } from './importer.ts'
import { OPTIONS, readSettings } from './settings.ts'
import { inspectFile } from './source-file.ts'
import { type FieldSpec, openTable, type TableRow } from './table.ts'

const FIELDS: readonly FieldSpec[] = [
  { name: 'id', columns: ['id', 'sku'], required: true, meaning: '' },
  { name: 'title', columns: ['title'], required: false, meaning: '' },
]
const INFO = {
  id: 'test',
  title: '',
  reads: '',
  example: '',
  fields: [{ name: 'id', required: true, meaning: '' }],
  options: Object.values(OPTIONS),
}

let folder = ''
let files = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'storemind-table-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(content: string | Buffer): string {
  const path = join(folder, `${files++}.csv`)
  writeFileSync(path, content)
  return path
}

function settings(given: Partial<Pick<ImportSource, 'map' | 'options'>> = {}) {
  return readSettings(
    { path: '', map: {}, options: {}, basis: 'contract', currency: 'EUR', timezone: 'UTC', ...given },
    INFO,
  )
}

async function rows(content: string | Buffer, given: Parameters<typeof settings>[0] = {}) {
  const table = await openTable(write(content), FIELDS, settings(given))
  const found: string[] = []
  const text = (row: TableRow) => `${row.at.line}: ${table.text(row, 'id')}|${table.text(row, 'title')}`
  for await (const row of table.rows({ signal: new AbortController().signal, onBytes: () => {} })) {
    found.push(row.kind === 'row' ? text(row) : `${row.line.line}: ${row.code}`)
  }
  return found
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) =>
      error instanceof CodedError ? `${error.code} ${JSON.stringify(error.details)}` : String(error),
  )
}

describe('openTable', () => {
  it('finds columns by any known header, in any order and case', async () => {
    expect(await rows('Title,extra,SKU\nMug,x,m-1\n')).toEqual(['2: m-1|Mug'])
    expect(await rows('a,b\nm-1,Mug\n', { map: { id: 'a' } })).toEqual(['2: m-1|'])
  })

  it('names the missing column and those that are there', async () => {
    const code = await codeOf(rows('a,b\n1,2\n'))
    expect(code).toMatch(/^FILE_MISSING_COLUMN/)
    expect(code).toContain('"columns":"a, b"')
    expect(await codeOf(rows('id,b\n1,2\n', { map: { id: 'constructor' } }))).toMatch(/FILE_MISSING_COLUMN/)
  })

  it('says how to part a header that came as one column', async () => {
    expect(await codeOf(rows('No;sku\n1;2\n'))).toContain("delimiter=';' parts it")
    expect(await codeOf(rows('No\tsku\n1\t2\n'))).toContain("delimiter='tab' parts it")
  })

  it('refuses a header that repeats a column it needs, and only then', async () => {
    expect(await codeOf(rows('id,title,id\n1,2,3\n'))).toMatch(/^FILE_DUPLICATE_COLUMN/)
    expect(await rows('id,x,x\n1,2,3\n')).toEqual(['2: 1|'])
  })

  it('takes prototype names for what they are: columns and ids', async () => {
    expect(await rows('__proto__,id,constructor\nx,hasOwnProperty,y\n')).toEqual(['2: hasOwnProperty|'])
  })

  it('reads UTF-16LE by its mark, and windows-1252 when told', async () => {
    const utf16 = Buffer.from('\ufeffid,title\nm-1,Tässchen 漢\n', 'utf16le')
    expect(await rows(utf16)).toEqual(['2: m-1|Tässchen 漢'])
    const latin = Buffer.concat([Buffer.from('id,title\nm-1,'), Buffer.from([0x80, 0xfc]), Buffer.from('\n')])
    expect(await rows(latin, { options: { encoding: 'latin1' } })).toEqual(['2: m-1|€ü'])
    expect(await codeOf(rows(latin))).toBe(
      `FILE_ENCODING ${JSON.stringify({ path: join(folder, `${files - 1}.csv`), offset: 13 })}`,
    )
  })

  it('reads other delimiters', async () => {
    expect(await rows('id;title\nm-1;a,b\n', { options: { delimiter: ';' } })).toEqual(['2: m-1|a,b'])
    expect(await rows('id\ttitle\nm-1\ta,b\n', { options: { delimiter: 'tab' } })).toEqual(['2: m-1|a,b'])
  })

  it('reports rows that are not sound, and goes on', async () => {
    const giant = 'x'.repeat(1_000_000)
    const content = `id,title\n1,a,b\n2\n3,"${giant}"\n4,good\n5,be\u0007ll\n6,last\n`
    expect(await rows(content)).toEqual([
      '2: ROW_COLUMNS',
      '3: ROW_COLUMNS',
      '4: ROW_FIELD_TOO_LONG',
      '5: 4|good',
      '6: ROW_CONTROL_CHARACTER',
      '7: 6|last',
    ])
  })

  it('tells a file that was cut from one without a last line end', async () => {
    expect(await rows('id,title\n1,a\n2,b')).toEqual(['2: 1|a', '3: 2|b'])
    expect(await rows('id,title\n1,a\n2')).toEqual(['2: 1|a', '3: FILE_TRUNCATED'])
    expect(await rows('id,title\n1,a\n2,"b\nc')).toEqual(['2: 1|a', '3: FILE_TRUNCATED'])
    const half = Buffer.concat([Buffer.from('id,title\n1,'), Buffer.from('ä').subarray(0, 1)])
    expect(await rows(half)).toEqual(['2: FILE_TRUNCATED'])
  })

  it('holds a header alone for an empty table', async () => {
    expect(await rows('id,title')).toEqual([])
    expect(await rows('id,title\n')).toEqual([])
  })
})

describe('readSettings', () => {
  it('refuses values that an option cannot take', async () => {
    for (const options of [
      { encoding: 'ebcdic' },
      { delimiter: '::' },
      { delimiter: '"' },
      { decimal: ';' },
      { timezone: 'Mars' },
      { market: '' },
    ]) {
      expect(() => settings({ options }), JSON.stringify(options)).toThrow(/OPTION_UNKNOWN/)
    }
    expect(() => settings({ options: { currency: 'euro' } })).toThrow(/CURRENCY_UNKNOWN/)
  })
})

describe('inspectFile', () => {
  it('finds a bad byte wherever it stands', async () => {
    for (const offset of [0, 5, 262_143, 262_144, 300_000]) {
      const content = Buffer.alloc(400_000, 'ä')
      const even = offset - (offset % 2)
      content[even] = 0xff
      expect(await codeOf(inspectFile(write(content)))).toContain(`"offset":${even}}`)
    }
  })

  it('does not mind characters that stand across two chunks', async () => {
    const content = Buffer.from(`a${'漢😀'.repeat(80_000)}`)
    expect((await inspectFile(write(content))).bytes).toBe(content.length)
  })

  it('refuses a folder, a missing file and a blank one', async () => {
    expect(await codeOf(inspectFile(folder))).toMatch(/FILE_NOT_FOUND/)
    expect(await codeOf(inspectFile(join(folder, 'none.csv')))).toMatch(/FILE_NOT_FOUND.*there is no such file/)
    expect(await codeOf(inspectFile(write(' \n\r\n\t')))).toMatch(/FILE_EMPTY/)
    expect(await codeOf(inspectFile(write(Buffer.from([0xfe, 0xff, 0, 65]))))).toMatch(/FILE_ENCODING/)
  })
})
