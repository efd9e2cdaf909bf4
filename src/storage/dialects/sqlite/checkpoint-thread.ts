import { workerData } from 'node:worker_threads'
import { AT_WORK, type CheckpointData, carryOver, ENDED, ENDING, RESTING } from './checkpointer.ts'
import { Connection } from './connection.ts'

/* Carries pages from the log into the database whenever the writer asks, and sleeps in between. */

// The thread is only ever started by Checkpointer, with this data.
const { database, state } = workerData as CheckpointData
const connection = new Connection(database, { cacheKiB: 64 })

while (Atomics.load(state, 0) !== ENDING) {
  carryOver(connection)
  // Unless the writer has asked for the end meanwhile.
  Atomics.compareExchange(state, 0, AT_WORK, RESTING)
  Atomics.notify(state, 0)
  Atomics.wait(state, 0, RESTING)
}
connection.close()
Atomics.store(state, 0, ENDED)
Atomics.notify(state, 0)
