import type { Job } from '../../contracts/job.ts'
import type { Meter, Store, WriteWatch } from '../../core/ports.ts'
import type { Ingest } from '../../core/profiles/ingest.ts'

/** Seconds: an answer from memory takes a millisecond, a training run of a small shop minutes. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const GROUP_WRITES = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** What the engine's parts are measured by; each is told of what happens and knows nothing of metrics. */
export interface EngineMetrics {
  answered(answer: {
    readonly method: string
    readonly route: string
    readonly status: number
    readonly millis: number
  }): void
  /** A request was refused for being too many. */
  limited(by: 'address' | 'key'): void
  jobEnded(job: Pick<Job, 'kind' | 'status'>): void
  readonly writes: WriteWatch
  /** The same ingest, counted. */
  countedIngest(ingest: Ingest): Ingest
  /** The same store, its decisions counted. */
  countedStore(store: Store): Store
}

/** @param now a clock for spans, milliseconds with fractions */
export function createEngineMetrics(meter: Meter, now: () => number): EngineMetrics {
  const answerSeconds = meter.histogram(
    {
      name: 'storemind_http_answer_seconds',
      help: 'Time from a request to the end of its answer, by the route’s pattern.',
      labels: ['method', 'route', 'status'],
    },
    ANSWER_SECONDS,
  )
  const limited = meter.counter({
    name: 'storemind_http_limited_total',
    help: 'Requests refused because one address or one key sent too many.',
    labels: ['by'],
  })
  const jobs = meter.counter({
    name: 'storemind_jobs_ended_total',
    help: 'Jobs that ended, by kind and how.',
    labels: ['kind', 'status'],
  })
  const events = meter.counter({
    name: 'storemind_events_total',
    help: 'Events that arrived: added, known before, or refused.',
    labels: ['source', 'result'],
  })
  const decisions = meter.counter({
    name: 'storemind_decisions_total',
    help: 'Decisions that were logged, by placement.',
    labels: ['placement'],
  })
  const groupWrites = meter.histogram(
    { name: 'storemind_writer_group_writes', help: 'Writes that were made durable together.' },
    GROUP_WRITES,
  )
  const commitSeconds = meter.histogram(
    {
      name: 'storemind_writer_commit_seconds',
      help: 'Time from the first write of a group being asked for to the group being on disk.',
    },
    COMMIT_SECONDS,
  )
  return {
    answered: ({ method, route, status, millis }) =>
      answerSeconds({ method, route, status: String(status) }, millis / 1000),
    limited: (by) => limited({ by }),
    jobEnded: ({ kind, status }) => jobs({ kind, status }),
    writes: {
      now,
      committed(writes, millis) {
        groupWrites({}, writes)
        commitSeconds({}, millis / 1000)
      },
    },
    countedIngest: (ingest) => ({
      ...ingest,
      async ingest(items, onAsked) {
        const result = await ingest.ingest(items, onAsked)
        const source = items[0]?.source ?? 'none'
        if (result.added > 0) events({ source, result: 'added' }, result.added)
        if (result.known > 0) events({ source, result: 'known' }, result.known)
        if (result.refused.length > 0) events({ source, result: 'refused' }, result.refused.length)
        return result
      },
    }),
    countedStore: (store) => ({
      ...store,
      decisions: {
        ...store.decisions,
        async append(appended) {
          await store.decisions.append(appended)
          for (const { placement } of appended) decisions({ placement })
        },
      },
    }),
  }
}
