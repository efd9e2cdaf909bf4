import { parentPort, workerData } from 'node:worker_threads'
import { codedFrom, portable } from './errors.ts'
import { openForReading } from './open.ts'
import { QUERIES } from './queries.ts'
import type { QueryAnswer, QueryData } from './run-query.ts'

/* Runs one long read on a connection of its own, answers, and ends. */

// The thread is only ever started by runQuery, with this data.
const { directory, masterKey, name, argument } = workerData as QueryData

function answer(): QueryAnswer {
  try {
    const opened = openForReading(directory, masterKey)
    // Name and argument were tied together by runQuery, whose types match QUERIES.
    const query = QUERIES[name] as (opened: unknown, argument: unknown) => unknown
    const value = query(opened, argument)
    opened.keyring.close()
    opened.connection.close()
    return { ok: true, value }
  } catch (error) {
    return { ok: false, error: portable(codedFrom(error, directory)) }
  }
}

parentPort?.postMessage(answer())
