import { CodedError } from '../../contracts/errors.ts'
import type { Job, JobKind, JobProgress } from '../../contracts/job.ts'
import type { Clock, JobRepository, JobRun } from '../../core/ports.ts'
import { faultOf, type Logger } from '../logging.ts'

/** Progress is written at most so often; whoever asks this process sees it at once. */
const PROGRESS_MILLIS = 1000

export interface JobRunner {
  /**
   * Starts a job and returns it at once. What `work` returns becomes its result.
   * @throws CodedError JOB_RUNNING when one of this kind runs
   */
  start(kind: JobKind, params: Readonly<Record<string, unknown>>, work: JobWork): Promise<Job>
  /** @throws CodedError JOB_NOT_FOUND */
  get(id: string): Promise<Job>
  /** Asks it to stop at the next safe point; a job that has ended stays as it is. @throws CodedError JOB_NOT_FOUND */
  cancel(id: string): Promise<Job>
  /** Kinds of the jobs that run now. */
  running(): readonly JobKind[]
  /** Resolves when the job has ended. */
  ended(id: string): Promise<void>
  /** Stops all jobs at their next safe point and waits for them; they are marked `interrupted`. */
  close(): Promise<void>
}

export type JobWork = (run: JobRun) => Promise<unknown>

export interface JobRunnerParts {
  readonly jobs: JobRepository
  readonly clock: Clock
  readonly logger: Logger
  /** Told of every job that ended in this process. */
  readonly onEnded?: (job: Pick<Job, 'kind' | 'status'>) => void
}

interface Running {
  readonly id: string
  readonly kind: JobKind
  readonly controller: AbortController
  progress: JobProgress
  done: Promise<void>
}

const CANCELLED = 'cancelled'
const INTERRUPTED = 'interrupted'

export function createJobRunner({ jobs, clock, logger, onEnded }: JobRunnerParts): JobRunner {
  const running = new Map<string, Running>()
  /** Kinds that are being started: the row is written asynchronously. */
  const starting = new Set<JobKind>()
  /** Ends of jobs that could not be written, for example since the disk is full; a restart marks them interrupted. */
  const unwritten = new Map<string, Pick<Job, 'status' | 'endedAt' | 'result' | 'error'>>()
  let closed = false

  const end = async ({ id, kind }: Running, outcome: Pick<Job, 'status' | 'result' | 'error'>): Promise<void> => {
    const endedAt = clock()
    onEnded?.({ kind, status: outcome.status })
    try {
      await jobs.end(id, endedAt, outcome)
    } catch (error) {
      // Whoever waits for the job still has to hear that it ended.
      unwritten.set(id, { ...outcome, endedAt })
      logger.error({ job: id, fault: faultOf(error, logger.level) }, 'the end of a job could not be written')
    }
  }

  const run = async (entry: Running, work: JobWork): Promise<void> => {
    const writer = progressWriter(entry, jobs, clock)
    try {
      const result = await work({
        signal: entry.controller.signal,
        clock,
        progress: (progress) => writer.report(progress),
      })
      await writer.settled()
      await end(entry, { status: 'succeeded', result })
      logger.info({ job: entry.id, kind: entry.kind }, 'job succeeded')
    } catch (error) {
      await writer.settled()
      await end(entry, outcomeOf(error, entry))
      logger.info({ job: entry.id, kind: entry.kind, fault: faultOf(error, logger.level) }, 'job ended early')
    } finally {
      running.delete(entry.id)
    }
  }

  const outcomeOf = (error: unknown, entry: Running): Pick<Job, 'status' | 'error'> => {
    const { signal } = entry.controller
    if (signal.aborted) {
      const status = signal.reason === INTERRUPTED ? 'interrupted' : 'cancelled'
      return { status, error: new CodedError('JOB_CANCELLED', { kind: entry.kind }).body }
    }
    if (error instanceof CodedError) return { status: 'failed', error: error.body }
    logger.error({ reference: entry.id, fault: faultOf(error, logger.level) }, 'job failed')
    return { status: 'failed', error: new CodedError('INTERNAL', { reference: entry.id }).body }
  }

  const find = async (id: string): Promise<Job> => {
    const job = await jobs.get(id)
    if (job === undefined) throw new CodedError('JOB_NOT_FOUND', { job: id })
    const live = running.get(id)
    if (live === undefined) return { ...job, ...unwritten.get(id) }
    if (job.endedAt === undefined) return { ...job, progress: live.progress }
    // Its row says so a moment before its place is free; who hears of the end may start the next one at once.
    await live.done
    return job
  }

  return {
    async start(kind, params, work) {
      if (closed) throw new CodedError('NOT_READY')
      const other = [...running.values()].find((entry) => entry.kind === kind)
      if (other !== undefined || starting.has(kind)) {
        throw new CodedError('JOB_RUNNING', { kind, job: other?.id ?? 'just started' })
      }
      starting.add(kind)
      try {
        const { id, progress } = await jobs.create(kind, params, clock())
        await jobs.start(id, clock())
        const entry: Running = { id, kind, controller: new AbortController(), progress, done: Promise.resolve() }
        running.set(id, entry)
        entry.done = run(entry, work)
        logger.info({ job: id, kind }, 'job started')
        if (closed) entry.controller.abort(INTERRUPTED)
        return await find(id)
      } finally {
        starting.delete(kind)
      }
    },
    get: find,
    running: () => [...running.values()].map(({ kind }) => kind),
    async cancel(id) {
      running.get(id)?.controller.abort(CANCELLED)
      return find(id)
    },
    async ended(id) {
      await running.get(id)?.done
    },
    async close() {
      closed = true
      const entries = [...running.values()]
      for (const { controller } of entries) controller.abort(INTERRUPTED)
      await Promise.all(entries.map(({ done }) => done))
    },
  }
}

/** Writes progress now and then, one write at a time, and never lets a failed write spoil the job. */
function progressWriter(entry: Running, jobs: JobRepository, clock: Clock) {
  let writtenAt = Number.NEGATIVE_INFINITY
  let phase = ''
  let writing: Promise<void> | undefined
  return {
    report(progress: JobProgress): void {
      entry.progress = progress
      const due = progress.phase !== phase || Math.abs(clock() - writtenAt) >= PROGRESS_MILLIS
      if (!due || writing !== undefined) return
      phase = progress.phase
      writtenAt = clock()
      writing = jobs
        .progress(entry.id, progress)
        .catch(() => undefined)
        .finally(() => {
          writing = undefined
        })
    },
    settled: async (): Promise<void> => {
      await writing
      await jobs.progress(entry.id, entry.progress).catch(() => undefined)
    },
  }
}
