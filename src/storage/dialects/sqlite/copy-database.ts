import { backup } from 'node:sqlite'
import { CodedError } from '../../../contracts/errors.ts'
import type { Connection } from './connection.ts'
import { scalar } from './row.ts'

/** Pages copied between two looks at the signal: 4 MiB. */
const PAGES_AT_A_TIME = 1024

/**
 * Copies a database through SQLite's online backup. A read transaction on the source holds one state of it for the
 * whole copy, so that writers neither wait nor make the copy begin again.
 * @throws CodedError JOB_CANCELLED
 */
export async function copyDatabase(
  source: Connection,
  to: string,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const own = !source.inTransaction
  if (own) source.exec('BEGIN')
  try {
    const pageBytes = scalar(source.statement('PRAGMA page_size').get(), 'page_size')
    // The read that takes the snapshot.
    source.statement('SELECT count(*) FROM sqlite_schema').get()
    let copied = 0
    const report = (pages: number) => {
      onBytes((pages - copied) * pageBytes)
      copied = pages
    }
    signal?.throwIfAborted()
    const pages = await backup(source.db, to, {
      rate: PAGES_AT_A_TIME,
      progress: ({ totalPages, remainingPages }) => {
        // Throwing is how node:sqlite is told to stop.
        if (signal?.aborted) throw new CodedError('JOB_CANCELLED', { kind: 'backup' })
        report(totalPages - remainingPages)
      },
    })
    report(pages)
  } finally {
    if (own) source.exec('COMMIT')
  }
}
