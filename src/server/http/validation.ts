import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Convert, Default, Errors } from 'typebox/value'
import { CodedError } from '../../contracts/errors.ts'
import { mismatchWords } from '../../contracts/mismatch.ts'

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
  return new CodedError('BAD_REQUEST', { problem: `${place} ${mismatchWords(first, 'this request', schema)}` })
}
