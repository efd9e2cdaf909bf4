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
 * Reads a product feed piece by piece. Entities that a document declares are not expanded and nothing is fetched: the
 * parser knows only the five of XML itself. One item is held at a time.
 */
export class XmlItems {
  readonly #parser = new SaxesParser({ fragment: false })
  #found: XmlItem[] = []
  #item: { line: number; attributes: Map<string, string>; refusal?: Refusal; bytes: number } | undefined
  #path: string[] = []
  #text = ''
  #quietSince = 0
  #items = 0
  #cut: Refusal | undefined

  constructor(path: string) {
    const parser = this.#parser
    parser.on('opentag', (tag) => {
      this.#quietSince = parser.position
      const href = tag.attributes['href']
      this.#open(localName(tag.name), typeof href === 'string' ? href : undefined)
    })
    parser.on('text', (text) => this.#addText(text))
    parser.on('cdata', (text) => this.#addText(text))
    parser.on('closetag', (tag) => {
      this.#quietSince = parser.position
      this.#close(localName(tag.name))
    })
    parser.on('error', (error) => {
      const words = error.message.replace(/^[\d:\s]+/, '').slice(0, 120)
      const refusal = /unclosed|unexpected end/.test(words)
        ? refuse('FILE_TRUNCATED', { path, line: this.#item?.line ?? parser.line })
        : refuse('ROW_VALUE_INVALID', { field: 'XML', value: words, known: 'well-formed XML' })
      if (refusal.code === 'FILE_TRUNCATED') this.#cut ??= refusal
      else if (this.#item) this.#item.refusal ??= refusal
      else this.#found.push({ line: parser.line, refusal })
    })
  }

  /** The items that end in this piece. `stopped` says that the rest of the file cannot be read. */
  push(piece: string): { readonly items: readonly XmlItem[]; readonly stopped: boolean } {
    this.#parser.write(piece)
    const size = this.#parser.position - this.#quietSince
    const stopped = size > SILENCE_LIMIT
    if (stopped) {
      const refusal = refuse('ROW_FIELD_TOO_LONG', { field: this.#path.at(-1) ?? 'XML', size, limit: FIELD_LIMIT })
      this.#found.push({ line: this.#item?.line ?? this.#parser.line, refusal })
    }
    return { items: this.#take(), stopped }
  }

  end(): readonly XmlItem[] {
    this.#parser.close()
    if (this.#cut) this.#found.push({ line: Number(this.#cut.details['line']), refusal: this.#cut })
    else if (this.#items === 0) {
      const refusal = refuse('ROW_FIELD_MISSING', { field: 'item (RSS) or entry (Atom)' })
      this.#found.push({ line: 1, refusal })
    }
    return this.#take()
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

  #addText(text: string): void {
    const item = this.#item
    if (item === undefined || this.#path.length !== 1) return
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
