import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CsvRow, CsvScanner, FIELD_LIMIT, ROW_LIMIT, RUNAWAY_LIMIT } from './csv-scanner.ts'

/** All rows of a text that arrives in chunks of `size` bytes. */
function scan(text: string | Buffer, size = 1 << 20, delimiter = ','): CsvRow[] {
  const bytes = Buffer.from(text)
  const scanner = new CsvScanner(delimiter)
  const rows: CsvRow[] = []
  for (let from = 0; from < bytes.length; from += size) rows.push(...scanner.push(bytes.subarray(from, from + size)))
  const last = scanner.end()
  return last ? [...rows, last] : rows
}

const cells = (rows: readonly CsvRow[]) => rows.map((row) => row.fields)
const lines = (rows: readonly CsvRow[]) => rows.map((row) => row.line)

describe('CsvScanner', () => {
  it('reads LF, CRLF and CR, also mixed, and skips blank lines', () => {
    const rows = scan('a,b\r\n1,2\n\n3,4\r5,6')
    expect(cells(rows)).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ])
    expect(lines(rows)).toEqual([1, 2, 4, 5])
    expect(rows.map((row) => row.end)).toEqual([undefined, undefined, undefined, 'no line end'])
  })

  it('counts a line end inside quotes once, CRLF too', () => {
    const rows = scan('a\r\n"x\r\ny\r\nz"\r\nb\n')
    expect(cells(rows)).toEqual([['a'], ['x\r\ny\r\nz'], ['b']])
    expect(lines(rows)).toEqual([1, 2, 5])
  })

  it('reads quotes, doubled quotes and delimiters inside them', () => {
    expect(cells(scan('"a ""b"" c","d,e",""\n'))).toEqual([['a "b" c', 'd,e', '']])
  })

  it('keeps the damage of a stray quote in its row', () => {
    expect(cells(scan('5" pipe,1\n"12" plate",2\nx,3\n'))).toEqual([
      ['5" pipe', '1'],
      ['"12" plate"', '2'],
      ['x', '3'],
    ])
  })

  it('leaves out a field above the limit and reads the next row', () => {
    const giant = 'x'.repeat(1_000_000)
    for (const field of [giant, `"${giant}"`]) {
      const [bad, good] = scan(`${field},1\na,b\n`, 65_536)
      expect(bad?.tooLong).toEqual({ column: 0, size: giant.length, limit: FIELD_LIMIT })
      expect(good).toEqual({ line: 2, fields: ['a', 'b'], columns: 2 })
    }
  })

  it('takes a field of exactly the limit', () => {
    const [row] = scan(`${'x'.repeat(FIELD_LIMIT)}\n`)
    expect(row?.fields[0]).toHaveLength(FIELD_LIMIT)
    expect(row?.tooLong).toBeUndefined()
  })

  it('goes on at the next line after a quote that is never closed', () => {
    const filler = `${'y'.repeat(99)}\n`.repeat(Math.ceil((RUNAWAY_LIMIT + 100) / 100))
    const rows = scan(`a,"open\n${filler}last,row\n`, 65_536)
    expect(rows[0]?.line).toBe(1)
    expect(rows[0]?.tooLong?.column).toBe(1)
    expect(rows.at(-1)?.fields).toEqual(['last', 'row'])
    expect(rows.at(-1)?.line).toBe(filler.length / 100 + 2)
  })

  it('bounds a row of many fields', () => {
    const [bad, good] = scan(`${`${'z'.repeat(60_000)},`.repeat(30)}\na,b\n`)
    expect(bad?.tooLong).toMatchObject({ column: -1, limit: ROW_LIMIT })
    expect(bad?.fields.join('').length).toBeLessThanOrEqual(ROW_LIMIT)
    expect(good?.fields).toEqual(['a', 'b'])
    expect(scan(`${','.repeat(100_000)}\n`)[0]).toMatchObject({ columns: 100_001, line: 1 })
  })

  it('says that the file ended inside quotes, and on which line the row began', () => {
    expect(scan('a,b\n1,2\n3,"fo\nur').at(-1)).toMatchObject({ line: 3, end: 'in quotes' })
  })

  it('points at control characters', () => {
    expect(scan('a,b\u0000c\nd,e\n').map((row) => row.control)).toEqual([1, undefined])
  })

  it('does not depend on how the bytes are cut into chunks', () => {
    const soup = fc.string({
      unit: fc.constantFrom('a', 'é', '漢', '😀', ',', '"', '""', '\n', '\r', '\r\n', ' '),
      maxLength: 60,
    })
    fc.assert(
      fc.property(soup, fc.integer({ min: 1, max: 7 }), (text, size) => {
        expect(scan(text, size)).toEqual(scan(text))
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  it('reads back what RFC 4180 writes', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ß', '漢', ',', ';', '"', '\n', '\r\n', ' '), maxLength: 12 })
    const table = fc
      .integer({ min: 2, max: 5 })
      .chain((width) =>
        fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
      )
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n', '\r'), (rows, end) => {
        const written = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') + end)
        const read = scan(written.join(''), 13)
        expect(cells(read)).toEqual(rows)
        let line = 1
        for (const [index, row] of read.entries()) {
          expect(row.line).toBe(line)
          line += (written[index] ?? '').split(/\r\n|\r|\n/).length - 1
        }
      }),
      { seed: 12, numRuns: 300 },
    )
  })

  it('reads any text as csv-parse does, up to a quote that the end leaves open', () => {
    const soup = fc.string({ unit: fc.constantFrom('a', 'b', 'é', ',', '"', '\n', '\r\n', ' '), maxLength: 40 })
    fc.assert(
      fc.property(soup, (text) => {
        const ours = scan(text)
        fc.pre(ours.at(-1)?.end !== 'in quotes')
        const theirs: string[][] = parse(Buffer.from(text), {
          relax_quotes: true,
          relax_column_count: true,
          skip_empty_lines: true,
          record_delimiter: ['\r\n', '\n', '\r'],
        })
        expect(cells(ours)).toEqual(theirs)
      }),
      { seed: 13, numRuns: 2000 },
    )
  })
})
