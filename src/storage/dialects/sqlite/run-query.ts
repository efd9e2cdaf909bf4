import { Worker } from 'node:worker_threads'
import { CodedError } from '../../../contracts/errors.ts'
import { fromPortable, type PortableError } from './errors.ts'
import type { QueryArgument, QueryName, QueryResult } from './queries.ts'
import { threadFile } from './thread-file.ts'

export interface QueryData {
  readonly directory: string
  /** Base64. */
  readonly masterKey: string
  readonly name: QueryName
  readonly argument: unknown
}

export type QueryAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: PortableError }

/** Runs a long read in a thread that lives as long as the read: they are rare, and an idle thread costs memory. */
export function runQuery<Name extends QueryName>(
  store: { readonly directory: string; readonly masterKey: Uint8Array },
  name: Name,
  argument: QueryArgument<Name>,
): Promise<QueryResult<Name>> {
  const masterKey = Buffer.from(store.masterKey).toString('base64')
  const data: QueryData = { directory: store.directory, masterKey, name, argument }
  const worker = new Worker(threadFile('query-thread', import.meta.url), { workerData: data })
  return new Promise((resolve, reject) => {
    const died = (problem: string) => reject(new CodedError('WORKER_DIED', { kind: 'storage', problem }))
    worker.once('message', (answer: QueryAnswer) => {
      // The value is what QUERIES[name] returned on the other side.
      if (answer.ok) resolve(answer.value as QueryResult<Name>)
      else reject(fromPortable(answer.error))
    })
    worker.once('error', (error) => died(error.message))
    worker.once('exit', (code) => died(`it ended with code ${code}`))
  })
}
