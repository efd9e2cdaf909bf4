/** Longest line that is held; one above it is skipped and reported. */
export const LINE_LIMIT = 1_048_576

export interface TextLine {
  readonly line: number
  /** Undefined where the line was longer than LINE_LIMIT. */
  readonly text?: string
  readonly size: number
}

const LF = 10

/** Cuts UTF-8 into lines at LF (and CRLF), chunk by chunk; holds one line of at most LINE_LIMIT bytes. */
export class LineScanner {
  #pieces: Buffer[] = []
  #size = 0
  #line = 1

  push(chunk: Buffer): TextLine[] {
    const lines: TextLine[] = []
    let from = 0
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      this.#keep(chunk.subarray(from, at))
      lines.push(this.#take())
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
    return lines
  }

  /** What stands after the last line end. */
  end(): TextLine | undefined {
    return this.#size === 0 ? undefined : this.#take()
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length
    if (this.#size <= LINE_LIMIT) {
      if (piece.length > 0) this.#pieces.push(piece)
    } else this.#pieces = []
  }

  #take(): TextLine {
    const line = this.#line++
    const size = this.#size
    const text = size > LINE_LIMIT ? undefined : Buffer.concat(this.#pieces).toString('utf8')
    this.#pieces = []
    this.#size = 0
    return { line, size, ...(text !== undefined && { text }) }
  }
}
