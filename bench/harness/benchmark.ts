import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Figures under the plain keys of the project: `recallAt10`, `p99Ms`, `failed`, `residentMb`, … */
export type Figures = Readonly<Record<string, number>>

export interface BenchmarkResult {
  readonly metrics: Figures
  /** The same keys for each peer or baseline. A peer that could not run is left out, and `notes` says why. */
  readonly peers: Readonly<Record<string, Figures>>
  /** What a reader must know to compare the figures with others. */
  readonly notes: readonly string[]
}

export interface BenchmarkContext {
  /** Folder of the public data; undefined where none was named. */
  readonly data: string | undefined
  /** An empty folder of this run's own, or one that an earlier run of the same benchmark left with `--work`. */
  readonly work: string
  readonly seed: number
  readonly threads: number
  /** Says what is going on, on the error stream. */
  say(text: string): void
}

/** One benchmark: a file of `benchmarks/` and a line of its index. */
export interface Benchmark {
  readonly name: string
  /** What is measured, in a line. */
  readonly about: string
  /** The folder that `--data` names; undefined for benchmarks that make their own. */
  readonly needs?: string
  run(context: BenchmarkContext): Promise<BenchmarkResult>
}

/** A mistake of the caller, to be told in a sentence. */
export class UsageError extends Error {}

/**
 * @param files that the folder must hold
 * @throws UsageError where no folder was named, it is none, or holds not all of them
 */
export function dataFolder({ data }: BenchmarkContext, needs: string, files: readonly string[] = []): string {
  if (data === undefined) throw new UsageError(`This benchmark needs --data DIR: ${needs}.`)
  if (!statSync(data, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UsageError(`${data} is no folder. This benchmark needs --data DIR: ${needs}.`)
  }
  const missing = files.filter((file) => !existsSync(join(data, file)))
  if (missing.length > 0) {
    throw new UsageError(`${data} holds no ${missing.join(' and no ')}. This benchmark needs --data DIR: ${needs}.`)
  }
  return data
}
