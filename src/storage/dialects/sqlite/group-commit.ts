import type { WriteContext } from '../../repositories/writing.ts'
import { codedFrom, isDiskFault } from './errors.ts'

export type Outcome = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown }

/** A write with its argument bound. Run again after a rollback, it must do the same. */
export type Write = (context: WriteContext) => unknown

/**
 * Runs writes as one transaction with one flush to disk. A write that fails is undone alone, by its savepoint. When
 * the transaction as a whole fails (a full disk), each write is tried in a transaction of its own, so that those
 * which fit still succeed.
 * @returns [writes.length] what each came to, true only when it is on disk
 */
export function commitGroup(context: WriteContext, writes: readonly Write[], path: string): Outcome[] {
  const [only, ...others] = writes
  if (only === undefined) return []
  if (others.length === 0) return [commitOne(context, only, path)]
  const { connection, keyring } = context
  try {
    connection.exec('BEGIN IMMEDIATE')
    const outcomes = writes.map((write) => underSavepoint(context, write, path))
    keyring.commit()
    connection.exec('COMMIT')
    return outcomes
  } catch {
    rollBack(context)
    return writes.map((write) => commitOne(context, write, path))
  }
}

function commitOne(context: WriteContext, write: Write, path: string): Outcome {
  const { connection, keyring } = context
  try {
    connection.exec('BEGIN IMMEDIATE')
    const value = write(context)
    keyring.commit()
    connection.exec('COMMIT')
    return { ok: true, value }
  } catch (error) {
    rollBack(context)
    return { ok: false, error: codedFrom(error, path) }
  }
}

function underSavepoint(context: WriteContext, write: Write, path: string): Outcome {
  const { connection } = context
  connection.exec('SAVEPOINT one_write')
  try {
    const value = write(context)
    connection.exec('RELEASE one_write')
    return { ok: true, value }
  } catch (error) {
    // After a fault of the disk SQLite may have ended the whole transaction, also that of the keys, by itself.
    if (isDiskFault(error) || !connection.inTransaction) throw error
    connection.exec('ROLLBACK TO one_write; RELEASE one_write')
    forget(context)
    return { ok: false, error: codedFrom(error, path) }
  }
}

function rollBack(context: WriteContext): void {
  if (context.connection.inTransaction) context.connection.exec('ROLLBACK')
  context.keyring.rollBack()
  forget(context)
}

/** What is remembered of the database may have been undone. */
function forget({ eventKeys, names, heads }: WriteContext): void {
  eventKeys.refresh()
  names.clear()
  heads.refresh()
}
