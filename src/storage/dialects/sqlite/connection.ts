import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { codedFrom } from './errors.ts'

export interface ConnectionOptions {
  readonly readOnly?: boolean
  /** Page cache, KiB. */
  readonly cacheKiB?: number
  /** Milliseconds to wait for another writer. */
  readonly patience?: number
}

/** One connection with its prepared statements. */
export class Connection {
  readonly path: string
  readonly isReadOnly: boolean
  readonly db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  readonly #arrayStatements = new Map<string, StatementSync>()

  constructor(path: string, options: ConnectionOptions = {}) {
    this.path = path
    const readOnly = options.readOnly ?? false
    this.isReadOnly = readOnly
    try {
      this.db = new DatabaseSync(path, { readOnly, timeout: options.patience ?? 5000 })
      this.db.exec(`PRAGMA cache_size = -${options.cacheKiB ?? 8192}`)
      if (!readOnly) {
        // A group is answered when COMMIT returned, so COMMIT must mean that the bytes are on disk: FULL. The log is
        // carried over every 16,000 pages (64 MB), by the store's writer in its own way (Checkpointer).
        this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16000')
        this.db.exec('PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF')
      }
    } catch (error) {
      throw codedFrom(error, path)
    }
  }

  /** A prepared statement, made once per text. Rows come as objects. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const made = this.db.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }

  /** The same with rows as arrays: for long reads, where the objects would cost more than the query. */
  arrays(sql: string): StatementSync {
    const known = this.#arrayStatements.get(sql)
    if (known) return known
    const made = this.db.prepare(sql)
    made.setReturnArrays(true)
    this.#arrayStatements.set(sql, made)
    return made
  }

  exec(sql: string): void {
    this.db.exec(sql)
  }

  /** Runs a function whose reads all see one state of the database; inside a transaction, that one's. */
  snapshot<T>(read: () => T): T {
    if (this.inTransaction) return read()
    this.db.exec('BEGIN')
    try {
      return read()
    } finally {
      this.db.exec('COMMIT')
    }
  }

  limitPages(pages: number): void {
    this.db.exec(`PRAGMA max_page_count = ${pages}`)
  }

  get isOpen(): boolean {
    return this.db.isOpen
  }

  get inTransaction(): boolean {
    return this.db.isTransaction
  }

  close(): void {
    this.#statements.clear()
    this.#arrayStatements.clear()
    if (this.db.isOpen) this.db.close()
  }
}

export function databaseExists(path: string): boolean {
  return existsSync(path)
}
