import { fdatasyncSync, openSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { AT_WORK, type CheckpointData, carryOver, ENDED, ENDING, RESTING } from './checkpointer.ts'
import { Connection } from './connection.ts'

/* Carries pages from the log into the database whenever the writer asks, and sleeps in between. */

// The thread is only ever started by Checkpointer, with this data.
const { database, state } = workerData as CheckpointData
const connection = new Connection(database, { cacheKiB: 64 })
// Never closed before the process ends: closing any handle of a file gives up all locks that the process has on it
// (POSIX), also those of SQLite's connections. The thread is started so that Node leaves it open, too.
const file = openSync(database, 'r+')

while (Atomics.load(state, 0) !== ENDING) {
  carryOver(connection)
  flush()
  // Unless the writer has asked for the end meanwhile.
  Atomics.compareExchange(state, 0, AT_WORK, RESTING)
  Atomics.notify(state, 0)
  Atomics.wait(state, 0, RESTING)
}
connection.close()
Atomics.store(state, 0, ENDED)
Atomics.notify(state, 0)

/**
 * SQLite flushes the database only in the round that carries over the last of the log, which is the writer's: it would
 * wait for the pages of all rounds before. A fault shows there again, since the log is not given up before that.
 */
function flush(): void {
  try {
    fdatasyncSync(file)
  } catch {
    // Told by SQLite's own flush.
  }
}
