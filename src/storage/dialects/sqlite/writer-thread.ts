import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { layoutOf } from '../../layout.ts'
import { EventKeys } from '../../repositories/event-keys.ts'
import { Keyring } from '../../repositories/keyring.ts'
import { NameCache } from '../../repositories/name-cache.ts'
import { ProfileHeads } from '../../repositories/profile-heads.ts'
import { WRITES } from '../../repositories/writes.ts'
import type { WriteContext } from '../../repositories/writing.ts'
import { RandomStream } from '../../seal.ts'
import { Checkpointer } from './checkpointer.ts'
import { Connection } from './connection.ts'
import { codedFrom, portable } from './errors.ts'
import { commitGroup, type Write } from './group-commit.ts'
import type { SoloCall, WriteAnswer, WriteCall, WriterData } from './writer.ts'

/*
 * The writer's thread: takes all calls that have arrived, commits them together, and answers each one afterwards.
 * While a group is being written the next one gathers by itself, so groups grow with the load.
 */

/** Bounds the time of one group; the answer of its first call waits for the last. */
const LARGEST_GROUP = 256

/**
 * Milliseconds. Decisions come one by one, a thousand a second, and a commit costs a flush however small it is. So long
 * after a commit of decisions further ones wait for each other; one that comes alone does not, and what comes of other
 * writes takes them along.
 */
const DECISIONS_GATHER = 1

const port = parentPort
if (port === null) throw new Error('the writer runs in a worker thread')

// The thread is only ever started by WriterClient, with this data.
const data = workerData as WriterData
const layout = layoutOf(data.directory)
const connection = new Connection(layout.database, { cacheKiB: 65_536 })
const checkpointer = new Checkpointer(connection)
const keyring = Keyring.open(layout, data.masterKey, false)
if (data.maxPages?.store !== undefined) connection.limitPages(data.maxPages.store)
if (data.maxPages?.keys !== undefined) keyring.limitPages(data.maxPages.keys)
const context: WriteContext = {
  connection,
  keyring,
  random: new RandomStream(data.seed),
  eventKeys: new EventKeys(connection, keyring.pepper),
  names: new NameCache(),
  heads: new ProfileHeads(connection),
}
/** True while the log may still hold rows of erased shoppers, since somebody was reading when it was to be cut. */
let logToCut = false

/** Decisions that wait while `gathering` runs. */
let waiting: WriteCall[] = []
let gathering: NodeJS.Timeout | undefined

port.on('message', (first: WriteCall | SoloCall) => {
  const writes = waiting
  waiting = []
  let solo: SoloCall | undefined
  for (let call: WriteCall | SoloCall | undefined = first; call !== undefined; ) {
    if (isSolo(call)) solo = call
    else writes.push(call)
    if (solo !== undefined || writes.length >= LARGEST_GROUP) break
    const next: { message: WriteCall | SoloCall } | undefined = receiveMessageOnPort(port)
    call = next?.message
  }
  const mayWait = solo === undefined && writes.length < LARGEST_GROUP && writes.every(isDecisions)
  if (mayWait && gathering !== undefined) waiting = writes
  else commit(writes, solo)
})

function commit(writes: readonly WriteCall[], solo?: SoloCall): void {
  const answers = commitGroup(context, writes.map(bind), data.directory).map((outcome, i): WriteAnswer => {
    const id = writes[i]?.id ?? -1
    return outcome.ok ? { id, ok: true, value: outcome.value } : { id, ok: false, error: portable(outcome.error) }
  })
  if (logToCut) cutLog()
  if (solo !== undefined) answers.push(runSolo(solo))
  port?.postMessage(answers)
  if (connection.isOpen) checkpointer.afterCommit()
  if (writes.some(isDecisions)) gather()
  if (solo?.name === 'close') {
    clearTimeout(gathering)
    port?.close()
  }
}

function gather(): void {
  clearTimeout(gathering)
  gathering = setTimeout(() => {
    gathering = undefined
    const writes = waiting
    waiting = []
    if (writes.length > 0) commit(writes)
  }, DECISIONS_GATHER)
}

function isDecisions({ name }: WriteCall): boolean {
  return name === 'appendDecisions'
}

function isSolo(call: WriteCall | SoloCall): call is SoloCall {
  return call.name === 'close' || call.name === 'destroyKeys'
}

function bind(call: WriteCall): Write {
  // Name and argument were tied together by WriterClient.call, whose types match WRITES.
  const write = WRITES[call.name] as (context: WriteContext, argument: unknown) => unknown
  return (given) => write(given, call.argument)
}

function runSolo(call: SoloCall): WriteAnswer {
  try {
    if (call.name === 'destroyKeys') {
      const destroyed = keyring.destroy(call.profiles)
      cutLog()
      return { id: call.id, ok: true, value: destroyed }
    }
    cutLog()
    checkpointer.end()
    keyring.close()
    connection.close()
    return { id: call.id, ok: true, value: undefined }
  } catch (error) {
    return { id: call.id, ok: false, error: portable(codedFrom(error, data.directory)) }
  }
}

/** Carries the log over into the database and cuts it to nothing, unless somebody is reading from it. */
function cutLog(): void {
  checkpointer.rest()
  connection.exec('PRAGMA busy_timeout = 100')
  const row = connection.statement('PRAGMA wal_checkpoint(TRUNCATE)').get()
  connection.exec('PRAGMA busy_timeout = 5000')
  logToCut = row?.['busy'] !== 0
}
