import { Worker } from 'node:worker_threads'
import type { Connection } from './connection.ts'
import { isDiskFault } from './errors.ts'
import { integer } from './row.ts'
import { threadFile } from './thread-file.ts'

/** Of `CheckpointData.state`: the thread sleeps, has been asked to work, or is to end. */
export const RESTING = 0
export const AT_WORK = 1
export const ENDING = 2
export const ENDED = 3

export interface CheckpointData {
  readonly database: string
  /** [1], shared: one of the four words above. Both sides wait on it. */
  readonly state: Int32Array
}

/** In pages. */
export interface CheckpointSizes {
  /** So many begin a round: hot pages (states, heads of chains) are written to the database once in it, not often. */
  readonly round: number
  /** So few are carried over by the writer itself, in one or two milliseconds, so that the log starts anew. */
  readonly rest: number
  /** So few are, too, where more is written in every round than `rest`. */
  readonly most: number
}

const SIZES: CheckpointSizes = { round: 16_000, rest: 100, most: 2000 }

/** Milliseconds; a round takes a few hundred on a slow disk. */
const PATIENCE = 10_000

/**
 * Keeps the write-ahead log short without making a commit wait for it. A thread of its own carries pages from the log
 * into the database while the writer goes on (a passive checkpoint, which needs no lock of the writer's); only what was
 * written meanwhile is carried over between two commits, since a log starts anew only when nothing of it is left.
 * SQLite's own checkpoint runs within the commit that made the log too long, and that commit waits for all of it.
 * Should the thread not start or die, SQLite's own is switched on again.
 */
export class Checkpointer {
  readonly #connection: Connection
  readonly #sizes: CheckpointSizes
  readonly #state = new Int32Array(new SharedArrayBuffer(4))
  #worker: Worker | undefined
  #failed = false
  /** Pages that were left when the last round began; 0 where none is to be followed up. */
  #left = 0

  /** The thread starts with the first round: a small store never needs it. */
  constructor(connection: Connection, sizes = SIZES) {
    this.#connection = connection
    this.#sizes = sizes
    connection.exec('PRAGMA wal_autocheckpoint = 0')
  }

  /** To be called between transactions. */
  afterCommit(): void {
    if (this.#failed || Atomics.load(this.#state, 0) !== RESTING) return
    const left = this.#pagesLeft()
    const { round, rest, most } = this.#sizes
    // Each round leaves what was written during it, so that the next one is shorter, until that is as much again. One
    // that achieved nothing was held up by a reader of old pages; the next one waits for more to do.
    const goesOn = left < this.#left / 2
    if (this.#left > 0 && left <= (goesOn ? rest : most)) {
      carryOver(this.#connection)
      this.#left = 0
      return
    }
    if (goesOn || left >= round) this.#begin(left)
    else this.#left = 0
  }

  /** Waits for a round under way: what must have the log to itself would find it busy. */
  rest(): void {
    Atomics.wait(this.#state, 0, AT_WORK, this.#failed ? 0 : PATIENCE)
  }

  /** Ends the thread and its connection. */
  end(): void {
    if (this.#worker === undefined || this.#failed || Atomics.load(this.#state, 0) === ENDED) return
    this.rest()
    Atomics.store(this.#state, 0, ENDING)
    Atomics.notify(this.#state, 0)
    Atomics.wait(this.#state, 0, ENDING, PATIENCE)
  }

  #begin(left: number): void {
    this.#left = left
    Atomics.store(this.#state, 0, AT_WORK)
    Atomics.notify(this.#state, 0)
    this.#worker ??= this.#start()
  }

  #start(): Worker {
    const workerData: CheckpointData = { database: this.#connection.path, state: this.#state }
    const worker = new Worker(threadFile('checkpoint-thread', import.meta.url), {
      workerData,
      trackUnmanagedFds: false,
    })
    worker.on('error', () => this.#fail())
    worker.on('exit', () => this.#fail())
    worker.unref()
    return worker
  }

  #fail(): void {
    if (Atomics.load(this.#state, 0) === ENDED || !this.#connection.isOpen) return
    this.#failed = true
    this.#connection.exec(`PRAGMA wal_autocheckpoint = ${SIZES.round}`)
  }

  /** Pages of the log that the database does not have yet. */
  #pagesLeft(): number {
    const row = this.#connection.statement('PRAGMA wal_checkpoint(NOOP)').get()
    return row === undefined ? 0 : integer(row, 'log') - integer(row, 'checkpointed')
  }
}

/** Carries over what no reader holds up. A fault of the disk loses nothing: the pages stay in the log. */
export function carryOver(connection: Connection): void {
  try {
    connection.statement('PRAGMA wal_checkpoint(PASSIVE)').get()
  } catch (error) {
    if (!isDiskFault(error)) throw error
  }
}
