import { SaxesParser } from 'saxes'
import { FIELD_LIMIT, ROW_LIMIT } from '../kit/csv-scanner.ts'
import { type Refusal, refuse } from '../kit/problem.ts'

/** One `item` (RSS) or `entry` (Atom) with the text of its elements, without the `g:` prefix. */
export type XmlItem =
  | { readonly line: number; readonly attributes: ReadonlyMap<string, string> }
  | { readonly line: number; readonly refusal: Refusal }

/** Text between two tags, or one tag, above which the parser would hold too much; then reading stops. */
const SILENCE_LIMIT = 4 * ROW_LIMIT

/**
 * An ampersand that begins no reference is what its author meant, an ampersand. The parser would take all text up to the
 * next semicolon for a reference's name, and whole items with it, so it is given a code of no character instead.
 */
const BARE_AMPERSAND = /&(?!(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z_][\w.:-]{0,30});)/gi
const STAND_IN = '\uFDD0'
/** What may become a reference when the next piece comes. */
const OPEN_REFERENCE = /&[#\w.:-]{0,32}$/

/**
 * Reads a product feed piece by piece. Entities that a document declares are not expanded and nothing is fetched: the
 * parser knows only the five of XML itself. One item is held at a time. After a tag that closes another than the open
 * one nothing can be told apart any more, so that reading stops there.
 */
export class XmlItems {
  readonly #parser = new SaxesParser({ fragment: false })
  #found: XmlItem[] = []
  #item: { line: number; attributes: Map<string, string>; refusal?: Refusal; bytes: number } | undefined
  #path: string[] = []
  #text = ''
  #quietSince = 0
  #items = 0
  readonly #file: string
  #cut: Refusal | undefined
  #broken = false
  /** The beginning of what may be a reference, until its rest comes. */
  #held = ''
  /** Where the newest item ended. */
  #itemEnd = -1

  constructor(path: string) {
    this.#file = path
    const parser = this.#parser
    parser.on('opentag', (tag) => {
      if (this.#broken) return
      this.#quietSince = parser.position
      const href = tag.attributes['href']
      this.#open(localName(tag.name), typeof href === 'string' ? withAmpersands(href) : undefined)
    })
    parser.on('text', (text) => this.#addText(text))
    parser.on('cdata', (text) => this.#addText(text))
    parser.on('closetag', (tag) => {
      if (this.#broken) return
      this.#quietSince = parser.position
      this.#close(localName(tag.name))
    })
    parser.on('error', (error) =>
      this.#fault(
        error.message
          .replace(/^[\d:\s]+/, '')
          .replace(/\.$/, '')
          .slice(0, 120),
      ),
    )
  }

  /** The items that end in this piece. `stopped` says that the rest of the file cannot be read. */
  push(piece: string): { readonly items: readonly XmlItem[]; readonly stopped: boolean } {
    const text = this.#held + piece
    this.#held = OPEN_REFERENCE.exec(text)?.[0] ?? ''
    this.#write(text.slice(0, text.length - this.#held.length))
    if (!this.#broken && this.#parser.position - this.#quietSince > SILENCE_LIMIT) {
      const name = this.#path.at(-1) ?? 'the text between two elements'
      this.#break(this.#item?.line ?? this.#parser.line, `${name} is longer than ${SILENCE_LIMIT / 1e6} MB`)
    }
    return { items: this.#take(), stopped: this.#broken }
  }

  end(): readonly XmlItem[] {
    this.#write(this.#held)
    this.#parser.close()
    if (this.#broken) return this.#take()
    if (this.#cut) this.#found.push({ line: Number(this.#cut.details['line']), refusal: this.#cut })
    else if (this.#items === 0) {
      const refusal = refuse('ROW_FIELD_MISSING', { field: 'item (RSS) or entry (Atom)' })
      this.#found.push({ line: 1, refusal })
    }
    return this.#take()
  }

  #write(text: string): void {
    this.#parser.write(text.replace(BARE_AMPERSAND, STAND_IN))
  }

  #fault(words: string): void {
    if (this.#broken) return
    if (/unclosed|unexpected end/.test(words)) {
      this.#cut ??= refuse('FILE_TRUNCATED', { path: this.#file, line: this.#item?.line ?? this.#parser.line })
    } else if (/close tag|closing tag/.test(words)) {
      // A stray tag closes what is open as well: such an item did not end there.
      if (this.#itemEnd === this.#parser.position) this.#found.pop()
      this.#break(this.#parser.line, words)
    } else {
      const refusal = refuse('ROW_VALUE_INVALID', { field: 'XML', value: words, known: 'well-formed XML' })
      if (this.#item) this.#item.refusal ??= refusal
      else this.#found.push({ line: this.#parser.line, refusal })
    }
  }

  #break(line: number, problem: string): void {
    this.#broken = true
    this.#found.push({ line, refusal: refuse('FILE_BROKEN', { path: this.#file, line, problem }) })
  }

  #take(): readonly XmlItem[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #open(name: string, href: string | undefined): void {
    if (this.#item === undefined) {
      if (name === 'item' || name === 'entry') {
        this.#item = { line: this.#parser.line, attributes: new Map(), bytes: 0 }
        this.#path = []
      }
      return
    }
    this.#path.push(name)
    this.#text = ''
    // Atom writes <link href="…"/>.
    if (name === 'link' && href !== undefined && this.#path.length === 1) this.#text = href
  }

  #addText(read: string): void {
    const item = this.#item
    if (this.#broken || item === undefined || this.#path.length !== 1) return
    const text = withAmpersands(read)
    const size = this.#text.length + text.length
    item.bytes += text.length
    if (size > FIELD_LIMIT) {
      item.refusal ??= refuse('ROW_FIELD_TOO_LONG', { field: this.#path[0] ?? '', size, limit: FIELD_LIMIT })
    } else if (item.bytes > ROW_LIMIT) {
      item.refusal ??= refuse('ROW_FIELD_TOO_LONG', { field: 'The item', size: item.bytes, limit: ROW_LIMIT })
    } else this.#text += text
  }

  #close(name: string): void {
    const item = this.#item
    if (item === undefined) return
    if (this.#path.length === 0) {
      if (name !== 'item' && name !== 'entry') return
      this.#items++
      this.#itemEnd = this.#parser.position
      this.#found.push(item.refusal ? { line: item.line, refusal: item.refusal } : item)
      this.#item = undefined
      return
    }
    // Elements inside elements (shipping, tax) are not the product's own; the first of several counts.
    const depth = this.#path.length
    this.#path.pop()
    if (depth === 1 && !item.attributes.has(name)) item.attributes.set(name, this.#text)
    this.#text = ''
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1).toLowerCase()
}

function withAmpersands(text: string): string {
  return text.replaceAll(STAND_IN, '&')
}
