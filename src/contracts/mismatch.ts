import { WORDS } from './pattern.ts'

/** What the schema library says of a value that breaks a contract. */
export interface Mismatch {
  readonly keyword: string
  /** Where in the schema: `#/properties/rule/properties/name`. */
  readonly schemaPath: string
  readonly message: string
  readonly params: object
}

/**
 * How a value breaks a contract, to be put behind the name of its place: the library's words, made clearer where they
 * speak of the schema instead of the value.
 * @param whole what an unknown field is not a part of, for example "this request"
 * @param schema the contract that it breaks
 */
export function mismatchWords(mismatch: Mismatch | undefined, whole: string, schema: object): string {
  if (mismatch === undefined) return 'has another form'
  const { keyword, params, message, schemaPath } = mismatch
  if (keyword === 'boolean') return `is not a part of ${whole}`
  if (keyword === 'pattern') {
    const words: unknown = at(schema, `${schemaPath}/${WORDS}`)
    return typeof words === 'string' ? `must be ${words}` : 'has another form'
  }
  if ('allowedValues' in params && Array.isArray(params.allowedValues)) {
    return `must be one of ${params.allowedValues.join(', ')}`
  }
  return message
}

/** What a JSON pointer leads to; undefined where it leads nowhere. */
function at(schema: object, pointer: string): unknown {
  let value: unknown = schema
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Reflect.get(value, name)
  }
  return value
}
