import { availableMemory } from 'node:process'
import { MlError } from '@storemind/ml'
import { CodedError } from '../../contracts/errors.ts'
import type { JobRun } from '../../core/ports.ts'
import type { TrainParams } from '../contracts.ts'
import type { FitOptions } from './fit-sources.ts'

/** What each step of fitting is called while it runs. */
const PHASES: Readonly<Record<string, string>> = { blend: 'learn the blend' }

/** A stretch of a job as options for fitting: progress in percent of the whole job. */
export function fitOptions(params: TrainParams, run: JobRun, from: number, to: number): FitOptions {
  return {
    seed: params.seed,
    threads: params.threads,
    closedFormItems: params.closedFormItems,
    memory: availableMemory(),
    now: run.clock,
    signal: run.signal,
    onProgress: (what, fraction) => {
      const done = Math.round(1000 * (from + (to - from) * fraction)) / 10
      run.progress({ phase: PHASES[what] ?? `learn ${what.replaceAll('_', ' ')}`, done, total: 100, unit: '%' })
    },
  }
}

/** Runs a job’s work; the learning library’s faults become the product’s. @throws CodedError JOB_CANCELLED, TOO_LITTLE_DATA, TOO_LITTLE_MEMORY */
export async function coded<T>(kind: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MlError)) throw error
    if (error.code === 'cancelled') throw new CodedError('JOB_CANCELLED', { kind }, { cause: error })
    if (error.code === 'empty_data') {
      throw new CodedError('TOO_LITTLE_DATA', { task: kind, problem: error.detail }, { cause: error })
    }
    if (error.code === 'too_large') {
      throw new CodedError('TOO_LITTLE_MEMORY', { task: kind, problem: error.detail }, { cause: error })
    }
    throw error
  }
}
