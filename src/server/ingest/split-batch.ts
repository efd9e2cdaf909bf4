/** A batch in its parts, as text: the messages one by one, and what stands around them. */
export interface SplitBatch {
  /** The whole without its messages, for example `{"batch":[],"sentAt":"…"}`; undefined where there is no list. */
  readonly envelope: string
  /** Each message's own text. */
  readonly messages: readonly string[]
  /** How deep the deepest braces and brackets go, by message. */
  readonly depths: readonly number[]
}

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN = 0x7b
const CLOSE = 0x7d

/**
 * Cuts a batch at its messages without parsing it, so that each message is parsed, measured, refused and stored by
 * itself: a batch of 500 KB holds the thread for no longer than its largest message does.
 *
 * The cut itself judges nothing. Where envelope and messages are all JSON, so was the whole; where the whole is not,
 * one of them is not either.
 * @returns undefined where a key `batch` with a list does not stand exactly once at the top
 * Cost     one pass over the text; strings are jumped over
 */
export function splitBatch(text: string): SplitBatch | undefined {
  const messages: string[] = []
  const depths: number[] = []
  let depth = 0
  let deepest = 0
  /** Where the list began and ended, and where the message under way began. */
  let listFrom = -1
  let listTo = -1
  let from = -1
  let key: string | undefined
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i)
        if (end < 0) return undefined
        if (depth === 1) key = text.slice(i + 1, end)
        i = end
        break
      }
      case OPEN:
      case OPEN_LIST:
        depth++
        if (depth === 2 && text.charCodeAt(i) === OPEN_LIST && key === 'batch') {
          if (listFrom >= 0) return undefined
          listFrom = i + 1
          from = i + 1
          deepest = 0
        } else if (from >= 0 && depth - 2 > deepest) deepest = depth - 2
        break
      case CLOSE:
      case CLOSE_LIST:
        if (depth === 2 && from >= 0) {
          listTo = i
          const last = text.slice(from, i)
          if (messages.length > 0 || last.trim() !== '') {
            messages.push(last)
            depths.push(deepest)
          }
          from = -1
        }
        depth--
        break
      case COMMA:
        if (depth === 2 && from >= 0) {
          messages.push(text.slice(from, i))
          depths.push(deepest)
          from = i + 1
          deepest = 0
        }
        break
    }
  }
  if (listTo < 0) return undefined
  return { envelope: text.slice(0, listFrom) + text.slice(listTo), messages, depths }
}

/** Where the string that opens at `start` closes; −1 where it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes++
    if (slashes % 2 === 0) return end
  }
  return -1
}
