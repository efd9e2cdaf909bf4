import type { SourceText } from './source-text.ts'

export interface Import {
  readonly specifier: string
  /** Gone once the types are stripped: it ties rooms, but loads nothing. */
  readonly typeOnly: boolean
}

const STATEMENT = /\b(?:import|export)\s+(type\s+(?!from\b|,))?[\w$*{}\s,]*?\bfrom\s*['"]/g
const BARE = /\bimport\s*['"]/g
const CALL = /(\S*)\s*\bimport\s*\(\s*['"]/g
/** Worker threads start from a file that stands in a URL. */
const WORKER = /\bnew\s+URL\s*\(\s*['"]/g

/**
 * Every module that a source names: imports, re-exports, `import()` and `new URL('…', import.meta.url)`. By
 * verbatimModuleSyntax `import { type A }` still loads the module; only `import type` does not.
 */
export function importsOf({ code, literals }: SourceText): Import[] {
  const textAt = new Map(literals.map((literal) => [literal.start, literal.text]))
  const found: Import[] = []
  const add = (pattern: RegExp, typeOnly: (match: RegExpExecArray) => boolean) => {
    for (const match of code.matchAll(pattern)) {
      const specifier = textAt.get(match.index + match[0].length)
      if (specifier !== undefined) found.push({ specifier, typeOnly: typeOnly(match) })
    }
  }
  add(STATEMENT, (match) => match[1] !== undefined)
  add(BARE, () => false)
  // In a type, `import()` stands after a colon, a bar, an angle bracket, or `typeof`; as a value, after none of them.
  add(CALL, (match) => /(?:[:|&<]|typeof|keyof)$/.test(match[1] ?? ''))
  add(WORKER, () => false)
  return found.filter(({ specifier }) => specifier !== '')
}
