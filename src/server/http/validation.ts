import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Convert, Default, Errors } from 'typebox/value'
import { CodedError } from '../../contracts/errors.ts'

/**
 * Checks the parts of a request against their contract. Bodies are taken as they are: "5" is not 5. In a path and a
 * query everything is text, so there numbers and booleans are read from it where the contract asks for them.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  const textual = httpPart === 'querystring' || httpPart === 'params'
  const filled = JSON.stringify(schema).includes('"default":')
  return (given: unknown) => {
    const read = textual ? Convert(schema, given) : given
    const value = filled ? Default(schema, read) : read
    return validator.Check(value) ? { value } : { error: badRequest(schema, value, httpPart) }
  }
}

function badRequest(schema: TSchema, value: unknown, part: string | undefined): CodedError {
  const [first] = Errors(schema, value)
  const place = `${part === 'querystring' ? 'query' : (part ?? 'request')}${first?.instancePath ?? ''}`
  return new CodedError('BAD_REQUEST', { problem: `${place} ${words(first)}` })
}

/** The library's words, made clearer where they speak of the schema instead of the request. */
function words(
  error: { readonly keyword: string; readonly message: string; readonly params: object } | undefined,
): string {
  if (error === undefined) return 'does not match the contract'
  if (error.keyword === 'boolean') return 'is not a part of this request'
  if ('allowedValues' in error.params && Array.isArray(error.params.allowedValues)) {
    return `must be one of ${error.params.allowedValues.join(', ')}`
  }
  return error.message
}
