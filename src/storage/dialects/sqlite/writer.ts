import { Worker } from 'node:worker_threads'
import { CodedError } from '../../../contracts/errors.ts'
import type { ProfileRow, WriterState, WriteWatch } from '../../../core/ports.ts'
import type { WriteArgument, WriteName, WriteResult } from '../../repositories/writes.ts'
import { fromPortable, type PortableError } from './errors.ts'
import { threadFile } from './thread-file.ts'

/** In pages of 4 KiB. */
export interface PageLimits {
  readonly store?: number
  readonly keys?: number
}

export interface WriterData {
  readonly directory: string
  readonly masterKey: Uint8Array
  /** 32 random bytes. */
  readonly seed: Uint8Array
  /** Bounds the database and the keys; for tests of a full disk. */
  readonly maxPages?: PageLimits
}

export interface WriteCall {
  readonly id: number
  readonly name: WriteName
  readonly argument: unknown
}

/** What is done between transactions: keys destroyed and their traces overwritten, or the thread ended. */
export type SoloCall =
  | { readonly id: number; readonly name: 'destroyKeys'; readonly profiles: readonly ProfileRow[] }
  | { readonly id: number; readonly name: 'close' }

export type WriteAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: PortableError }

interface Pending {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
  readonly name: WriteName | SoloCall['name']
  /** By the watch's clock; 0 where nobody watches. */
  readonly since: number
}

/**
 * For objects that live as long as a group: 130 MB would be taken by default, and what dies young costs no less to
 * collect where there is more of it.
 */
const YOUNG_MB = 24

/** The calling side of the writer's thread. A call resolves when what it wrote is on disk. */
export class WriterClient {
  readonly #worker: Worker
  readonly #pending = new Map<number, Pending>()
  readonly #watch: WriteWatch | undefined
  #next = 0
  #changes = 0
  #ended: Error | undefined
  #died = false

  constructor(data: WriterData, watch?: WriteWatch) {
    this.#watch = watch
    this.#worker = new Worker(threadFile('writer-thread', import.meta.url), {
      workerData: data,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    this.#worker.on('message', (answers: readonly WriteAnswer[]) => this.#settle(answers))
    this.#worker.on('error', (error) => this.#end(error.message))
    this.#worker.on('exit', (code) => this.#end(`it ended with code ${code}`))
    // A store that is open does not keep a process alive; a call that is under way does.
    this.#worker.unref()
  }

  call<Name extends WriteName>(name: Name, argument: WriteArgument<Name>): Promise<WriteResult<Name>> {
    return this.#send((id) => ({ id, name, argument }))
  }

  /** Grows with every write that was answered, decisions aside: what was read stays true while it stands still. */
  get changes(): number {
    return this.#changes
  }

  get state(): WriterState {
    return { pending: this.#pending.size, alive: !this.#died }
  }

  /** Destroys profile keys and what the logs still hold of erased rows; returns how many keys there were. */
  destroyKeys(profiles: readonly ProfileRow[]): Promise<number> {
    return this.#send((id) => ({ id, name: 'destroyKeys', profiles }))
  }

  /** Waits for what is under way, carries the log over into the database and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended) return
    await this.#send((id) => ({ id, name: 'close' }))
    this.#ended = new CodedError('NOT_READY')
    await this.#worker.terminate()
  }

  #send<Result>(message: (id: number) => WriteCall | SoloCall): Promise<Result> {
    if (this.#ended) return Promise.reject(this.#ended)
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const call = message(id)
      this.#pending.set(id, { resolve, reject, name: call.name, since: this.#watch?.now() ?? 0 })
      this.#worker.ref()
      this.#worker.postMessage(call)
    })
  }

  #settle(answers: readonly WriteAnswer[]): void {
    const first = this.#pending.get(answers[0]?.id ?? -1)
    if (this.#watch !== undefined && first !== undefined) {
      this.#watch.committed(answers.length, this.#watch.now() - first.since)
    }
    for (const answer of answers) {
      const pending = this.#pending.get(answer.id)
      this.#pending.delete(answer.id)
      if (pending?.name !== 'appendDecisions') this.#changes++
      // The value is what WRITES[name] returned on the other side.
      if (answer.ok) pending?.resolve(answer.value as never)
      else pending?.reject(fromPortable(answer.error))
    }
    if (this.#pending.size === 0) this.#worker.unref()
  }

  #end(problem: string): void {
    this.#died ||= this.#ended === undefined
    this.#ended ??= new CodedError('WORKER_DIED', { kind: 'storage', problem })
    for (const pending of this.#pending.values()) pending.reject(this.#ended)
    this.#pending.clear()
  }
}
