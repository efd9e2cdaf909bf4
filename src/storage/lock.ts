import { existsSync, readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import Type from 'typebox'
import { Check } from 'typebox/value'
import { CodedError } from '../contracts/errors.ts'
import { sqliteCode } from './dialects/sqlite/errors.ts'
import { writeFileDurably } from './durable-files.ts'
import { layoutOf } from './layout.ts'

/*
 * One process writes to a store at a time. The lock itself is the operating system's, taken through SQLite on a file
 * of its own: it is gone the moment its holder dies, however it dies, and a number that another process was given
 * since then cannot pass for the holder. Beside it a file tells others whom to ask.
 */

const Holder = Type.Object({
  pid: Type.Integer(),
  startedAt: Type.Integer(),
  url: Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
})
type Holder = Type.Static<typeof Holder>

export interface LockHolder {
  readonly pid: number
  readonly startedAt: number
  /** Where the holder answers, once it said so. */
  readonly url?: string
  readonly token?: string
  /** False where the holder died without releasing the lock. */
  readonly alive: boolean
}

export interface Lock {
  /** Tells others where the holder answers. The file is readable by its owner only. */
  announce(address: { readonly url: string; readonly token: string }): void
  release(): void
}

const BUSY = 5

/** Guards that are held: one that is out of sight would be collected, and its lock would be gone with it. */
const guards = new Set<DatabaseSync>()

/**
 * @throws CodedError STORE_LOCKED while another process (or this one) holds it, STORE_NOT_FOUND without a folder
 */
export function acquireLock(directory: string, who: { readonly pid: number; readonly startedAt: number }): Lock {
  const layout = layoutOf(directory)
  if (!existsSync(directory)) throw new CodedError('STORE_NOT_FOUND', { path: directory })
  const guard = takeGuard(layout.lockGuard)
  if (guard === undefined) {
    throw new CodedError('STORE_LOCKED', { path: directory, pid: readHolder(layout.lock)?.pid ?? 'unknown' })
  }
  const write = (holder: Holder) => writeFileDurably(layout.lock, `${JSON.stringify(holder)}\n`, 0o600)
  write({ pid: who.pid, startedAt: who.startedAt })
  guards.add(guard)
  let held = true
  return {
    announce({ url, token }) {
      if (held) write({ pid: who.pid, startedAt: who.startedAt, url, token })
    },
    release() {
      if (!held) return
      held = false
      rmSync(layout.lock, { force: true })
      guards.delete(guard)
      guard.close()
    },
  }
}

/** Who holds the store, or held it and died; undefined where nobody does. */
export function readLock(directory: string): LockHolder | undefined {
  const layout = layoutOf(directory)
  const holder = readHolder(layout.lock)
  if (holder === undefined) return undefined
  const guard = existsSync(layout.lockGuard) ? takeGuard(layout.lockGuard) : undefined
  guard?.close()
  return { ...holder, alive: guard === undefined }
}

/** The guard's exclusive lock, or undefined while somebody else has it. */
function takeGuard(path: string): DatabaseSync | undefined {
  // Somebody who only looks holds it for a moment: wait that long.
  const guard = new DatabaseSync(path, { timeout: 200 })
  try {
    guard.exec('BEGIN EXCLUSIVE')
    return guard
  } catch (error) {
    guard.close()
    if (sqliteCode(error) === BUSY) return undefined
    throw error
  }
}

function readHolder(path: string): Holder | undefined {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
  return Check(Holder, found) ? found : undefined
}
