/** A string or a piece of a template in a source text, without its quotes. */
export interface Literal {
  /** Index of the first character after the opening quote. */
  readonly start: number
  readonly text: string
}

export interface SourceText {
  /** The source with comments, regular expressions and the insides of strings blanked; every index stays. */
  readonly code: string
  readonly literals: readonly Literal[]
}

/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_PATTERN = /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|await|yield|void|delete|throw|new))$/

/**
 * Parts a TypeScript source into code and literals, well enough to find imports and words: comments, strings,
 * templates with nested code, and regular expressions. Types need no care, JSX is not known.
 */
export function readSource(source: string): SourceText {
  const code = [...source.replace(/[^\n]/g, ' ')]
  const literals: Literal[] = []
  /** Depth of braces at which each open template continues. */
  const templates: number[] = []
  let depth = 0
  let i = source.startsWith('#!') ? lineEnd(source, 0) : 0
  /** The last piece of code before i, for telling a division from a pattern. */
  let before = ''

  const keep = (character: string) => {
    code[i] = character
    if (!/\s/.test(character)) before = (before + character).slice(-12)
    else if (/\w$/.test(before)) before += ' '
    i++
  }
  const literal = (end: number) => {
    literals.push({ start: i, text: source.slice(i, end) })
    i = end
  }

  while (i < source.length) {
    const character = source.charAt(i)
    const pair = source.slice(i, i + 2)
    if (pair === '//') i = lineEnd(source, i)
    else if (pair === '/*') i = after(source, '*/', i + 2)
    else if (character === "'" || character === '"') {
      keep(character)
      literal(quoteEnd(source, i, character))
      keep(character)
    } else if (character === '`') {
      keep(character)
      literal(templateEnd(source, i))
      continueTemplate()
    } else if (character === '}' && templates.at(-1) === depth) {
      keep(character)
      depth--
      templates.pop()
      literal(templateEnd(source, i))
      continueTemplate()
    } else if (character === '/' && BEFORE_PATTERN.test(before.trimEnd())) {
      keep('0')
      i = patternEnd(source, i)
    } else {
      if (character === '{') depth++
      if (character === '}') depth--
      keep(character)
    }
  }
  return { code: code.join(''), literals }

  /** Stands at the closing back quote or at `${`. */
  function continueTemplate(): void {
    if (source[i] !== '$') {
      if (i < source.length) keep('`')
      return
    }
    keep('$')
    keep('{')
    depth++
    templates.push(depth)
  }
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from)
  return end < 0 ? source.length : end
}

function after(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from)
  return end < 0 ? source.length : end + mark.length
}

function quoteEnd(source: string, from: number, quote: string): number {
  let i = from
  while (i < source.length && source[i] !== quote && source[i] !== '\n') i += source[i] === '\\' ? 2 : 1
  return i
}

function templateEnd(source: string, from: number): number {
  let i = from
  while (i < source.length && source[i] !== '`' && source.slice(i, i + 2) !== '${') i += source[i] === '\\' ? 2 : 1
  return i
}

function patternEnd(source: string, from: number): number {
  let i = from
  let inClass = false
  while (i < source.length && source[i] !== '\n' && (inClass || source[i] !== '/')) {
    if (source[i] === '[') inClass = true
    if (source[i] === ']') inClass = false
    i += source[i] === '\\' ? 2 : 1
  }
  i++
  while (/[a-z]/.test(source.charAt(i))) i++
  return i
}
