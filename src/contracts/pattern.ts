import Type from 'typebox'

/** Under this keyword a schema says in words what its pattern asks for. */
export const WORDS = 'x-words'

/**
 * Text of a form. A regular expression checks it, and nobody should have to read one.
 * @param words what the text must be, for example "a day like 2026-11-27"
 */
export function textOfForm<Options extends Type.TStringOptions>(pattern: string, words: string, options?: Options) {
  return Type.String({ ...options, pattern, [WORDS]: words })
}
