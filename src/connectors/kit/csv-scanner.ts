/**
 * Cuts delimited text (RFC 4180) into rows, chunk by chunk, in bounded memory.
 *
 * Given    bytes in UTF-8, in chunks of any size; a delimiter of one byte
 * Returns  rows with the line on which each begins; a row says itself when it is not sound
 * Cost     O(bytes); holds one row of at most ROW_LIMIT bytes, whatever the file
 * Source   RFC 4180; lines end with LF, CRLF or CR, also mixed
 * Differs  A quote inside an unquoted field is a letter. A quote that closes a field but is followed by more text was a
 *          letter too, and so was the opening one: the damage of a stray quote stays in its row. A quoted field above
 *          RUNAWAY_LIMIT is taken for one that was never closed; reading goes on at the next line.
 *          A library's parser (csv-parse, which the tests compare this one with) holds whatever an unclosed quote
 *          swallows, or ends the file there, and counts a CRLF inside quotes as two lines.
 */
export interface CsvRow {
  /** 1-based line on which the row begins. */
  readonly line: number
  /** [min(columns, COLUMN_LIMIT)] */
  readonly fields: readonly string[]
  /** How many columns the row has, also those beyond the limit. */
  readonly columns: number
  /** The first field over FIELD_LIMIT; its text is left out. `column` −1: the row as a whole is over ROW_LIMIT. */
  readonly tooLong?: { readonly column: number; readonly size: number; readonly limit: number }
  /** The first column that holds a control character. */
  readonly control?: number
  /** The file ended inside the row's quotes, or after its last field without a line end. */
  readonly end?: 'in quotes' | 'no line end'
}

/** Bytes of one field. */
export const FIELD_LIMIT = 65_536
/** Bytes of one row. */
export const ROW_LIMIT = 1_048_576
export const COLUMN_LIMIT = 4096
/** Bytes after which a quoted field counts as never closed. Above a megabyte, so that honest giants end where they end. */
export const RUNAWAY_LIMIT = 2_097_152

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const QUOTE = 34

type State = 'field start' | 'plain' | 'quoted' | 'quote seen' | 'runaway'

export class CsvScanner {
  readonly #delimiter: number
  readonly #scratch = Buffer.allocUnsafe(FIELD_LIMIT + 1)
  #state: State = 'field start'
  #scratchLength = 0
  /** Bytes of the current field in earlier pieces, also those that were not kept. */
  #earlier = 0
  #line = 1
  #rowLine = 1
  #afterCr = false
  #fields: string[] = []
  #columns = 0
  #rowBytes = 0
  #tooLong: CsvRow['tooLong']
  #control: number | undefined

  constructor(delimiter: string) {
    this.#delimiter = delimiter.charCodeAt(0)
  }

  /** The rows that end in this chunk. */
  push(chunk: Buffer): CsvRow[] {
    const rows: CsvRow[] = []
    const delimiter = this.#delimiter
    let state = this.#state
    let start = 0
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!
      if (this.#afterCr) {
        this.#afterCr = false
        if (byte === LF) {
          if (state === 'field start') start = i + 1
          continue
        }
      }
      if (byte === CR || byte === LF) {
        this.#line++
        this.#afterCr = byte === CR
      } else if (byte < SPACE && byte !== TAB && byte !== delimiter) {
        this.#control ??= this.#columns
      }

      if (state === 'quoted') {
        if (byte === QUOTE) {
          this.#keep(chunk, start, i)
          start = i + 1
          state = 'quote seen'
        } else if (this.#earlier + i - start > RUNAWAY_LIMIT) {
          this.#keep(chunk, start, i)
          state = 'runaway'
        }
        continue
      }
      if (state === 'quote seen') {
        if (byte === QUOTE) {
          start = i
          state = 'quoted'
          continue
        }
        if (byte !== delimiter && byte !== CR && byte !== LF) {
          this.#unquote()
          start = i
          state = 'plain'
          continue
        }
      }
      if (state === 'runaway') {
        if (byte !== CR && byte !== LF) continue
        start = i
      }
      if (byte === delimiter) {
        this.#endField(chunk, start, i)
        start = i + 1
        state = 'field start'
      } else if (byte === CR || byte === LF) {
        const blank = state === 'field start' && this.#columns === 0
        if (!blank) {
          this.#endField(chunk, start, i)
          rows.push(this.#endRow())
        }
        this.#rowLine = this.#line
        this.#control = undefined
        start = i + 1
        state = 'field start'
      } else if (state === 'field start') {
        state = byte === QUOTE ? 'quoted' : 'plain'
        start = byte === QUOTE ? i + 1 : i
      }
    }
    if (state === 'plain' || state === 'quoted') this.#keep(chunk, start, chunk.length)
    this.#state = state
    return rows
  }

  /** The last row, where the file does not end with a line end. */
  end(): CsvRow | undefined {
    if (this.#state === 'field start' && this.#columns === 0) return undefined
    const inQuotes = this.#state === 'quoted' || this.#state === 'runaway'
    this.#endField(this.#scratch, 0, 0)
    return { ...this.#endRow(), end: inQuotes ? 'in quotes' : 'no line end' }
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const fits = Math.min(to - from, FIELD_LIMIT + 1 - this.#scratchLength)
    if (fits > 0) {
      chunk.copy(this.#scratch, this.#scratchLength, from, from + fits)
      this.#scratchLength += fits
    }
    this.#earlier += to - from
  }

  /** The quotes around what is kept turned out to be letters. */
  #unquote(): void {
    const inner = Buffer.from(this.#scratch.subarray(0, this.#scratchLength))
    const size = this.#earlier
    this.#scratchLength = 0
    this.#keep(Buffer.concat([Buffer.from('"'), inner, Buffer.from('"')]), 0, inner.length + 2)
    this.#earlier = size + 2
  }

  #endField(chunk: Buffer, from: number, to: number): void {
    const size = this.#earlier + to - from
    this.#rowBytes += size
    if (size > FIELD_LIMIT) {
      this.#tooLong ??= { column: this.#columns, size, limit: FIELD_LIMIT }
      this.#addField('')
    } else if (this.#rowBytes > ROW_LIMIT) {
      this.#addField('')
    } else if (this.#earlier === 0) {
      this.#addField(chunk.toString('utf8', from, to))
    } else {
      this.#keep(chunk, from, to)
      this.#addField(this.#scratch.toString('utf8', 0, this.#scratchLength))
    }
    this.#scratchLength = 0
    this.#earlier = 0
  }

  #addField(text: string): void {
    if (this.#columns < COLUMN_LIMIT) this.#fields.push(text)
    this.#columns++
  }

  #endRow(): CsvRow {
    if (this.#rowBytes > ROW_LIMIT) this.#tooLong ??= { column: -1, size: this.#rowBytes, limit: ROW_LIMIT }
    const row: CsvRow = {
      line: this.#rowLine,
      fields: this.#fields,
      columns: this.#columns,
      ...(this.#tooLong !== undefined && { tooLong: this.#tooLong }),
      ...(this.#control !== undefined && { control: this.#control }),
    }
    this.#fields = []
    this.#columns = 0
    this.#rowBytes = 0
    this.#tooLong = undefined
    return row
  }
}
