import type { Job } from '@storemind/client'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { CodedError } from '../contracts/errors.ts'

/** A job's result, which the contract leaves open, as what this kind of job ends with. */
export function resultOf<Schema extends TSchema>(job: Job, schema: Schema): Static<Schema> {
  if (Check(schema, job.result)) return job.result
  // Only a server of another version answers so.
  throw new CodedError('ANSWER_INVALID', { url: 'the server', problem: `job ${job.id} ended with something else` })
}
