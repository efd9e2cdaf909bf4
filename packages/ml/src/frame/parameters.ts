import { MlError } from './errors.ts'

/** A parameter of an algorithm: default, range and meaning, said once. Values are JSON. */
export type Declaration =
  | {
      readonly type: 'number' | 'integer'
      readonly default: number
      readonly min: number
      readonly max: number
      readonly meaning: string
    }
  | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[]; readonly meaning: string }
  | { readonly type: 'boolean'; readonly default: boolean; readonly meaning: string }

/** The declarations whose values have type P. */
export type Declarations<P extends object> = { readonly [K in keyof P]: DeclarationOf<P[K]> }

type DeclarationOf<T> = [T] extends [number]
  ? Extract<Declaration, { type: 'number' | 'integer' }>
  : [T] extends [boolean]
    ? Extract<Declaration, { type: 'boolean' }>
    : {
        readonly type: 'choice'
        readonly default: T
        readonly choices: readonly T[]
        readonly meaning: string
      }

export interface ParameterSet<P extends object> {
  readonly declarations: Declarations<P>
  /**
   * The given values over the defaults, frozen.
   * @throws MlError `bad_parameter` on an unknown name, a wrong type or a value out of range
   */
  resolve(given?: unknown): Readonly<P>
}

/**
 * Declares an algorithm's parameters.
 *
 *     const parameters = declareParameters<{ k: number; measure: 'cosine' | 'jaccard' }>({
 *       k: { type: 'integer', default: 100, min: 1, max: 10_000, meaning: 'neighbours kept per item' },
 *       measure: { type: 'choice', default: 'cosine', choices: ['cosine', 'jaccard'], meaning: 'similarity' },
 *     })
 *     parameters.resolve({ k: 50 }) // { k: 50, measure: 'cosine' }
 */
export function declareParameters<P extends object>(declarations: Declarations<P>): ParameterSet<P> {
  const declared = new Map<string, Declaration>(Object.entries(declarations))
  for (const [name, declaration] of declared) check(name, declaration, declaration.default)
  return {
    declarations,
    resolve(given = {}) {
      if (typeof given !== 'object' || given === null || Array.isArray(given)) {
        throw new MlError('bad_parameter', 'parameters must be an object')
      }
      const values = new Map<string, unknown>()
      for (const [name, declaration] of declared) values.set(name, declaration.default)
      for (const [name, value] of Object.entries(given)) {
        const declaration = declared.get(name)
        if (!declaration) throw new MlError('bad_parameter', `there is no parameter ${name}`)
        if (value === undefined) continue
        check(name, declaration, value)
        values.set(name, value)
      }
      // The one place where checked JSON becomes the declared type.
      return Object.freeze(Object.fromEntries(values)) as Readonly<P>
    },
  }
}

function check(name: string, declaration: Declaration, value: unknown): void {
  switch (declaration.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw new MlError('bad_parameter', `${name} must be true or false`)
      return
    case 'choice':
      if (typeof value !== 'string' || !declaration.choices.includes(value)) {
        throw new MlError('bad_parameter', `${name} must be one of ${declaration.choices.join(', ')}`)
      }
      return
    default:
      if (typeof value !== 'number' || !(value >= declaration.min && value <= declaration.max)) {
        throw new MlError('bad_parameter', `${name} must lie in ${declaration.min} … ${declaration.max}`)
      }
      if (declaration.type === 'integer' && !Number.isInteger(value)) {
        throw new MlError('bad_parameter', `${name} must be a whole number`)
      }
  }
}
