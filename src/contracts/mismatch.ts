/** What the schema library says of a value that breaks a contract. */
export interface Mismatch {
  readonly keyword: string
  readonly message: string
  readonly params: object
}

/**
 * How a value breaks a contract, to be put behind the name of its place: the library's words, made clearer where they
 * speak of the schema instead of the value.
 * @param whole what an unknown field is not a part of, for example "this request"
 */
export function mismatchWords(mismatch: Mismatch | undefined, whole: string): string {
  if (mismatch === undefined) return 'has another form'
  const { keyword, params, message } = mismatch
  if (keyword === 'boolean') return `is not a part of ${whole}`
  if ('allowedValues' in params && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.join(', ')}`
  }
  return message
}
