import Type from 'typebox'
import { Id, Millis } from './ids.ts'
import { JOB_KINDS, JOB_STATUSES } from './vocabulary.ts'

export { JOB_KINDS, JOB_STATUSES }

export const JobProgress = Type.Object(
  {
    /** What is going on now, in a word or two. */
    phase: Type.String(),
    done: Type.Number({ minimum: 0 }),
    /** 0 where it is not known beforehand. */
    total: Type.Number({ minimum: 0 }),
    unit: Type.String(),
  },
  { additionalProperties: false },
)
export type JobProgress = Type.Static<typeof JobProgress>

/** Long work as a row: it is seen, cancelled and found again after a crash. */
export const Job = Type.Object(
  {
    id: Id,
    kind: Type.Enum([...JOB_KINDS]),
    status: Type.Enum([...JOB_STATUSES]),
    createdAt: Millis,
    startedAt: Type.Optional(Millis),
    endedAt: Type.Optional(Millis),
    params: Type.Record(Type.String(), Type.Unknown()),
    progress: JobProgress,
    result: Type.Optional(Type.Unknown()),
    error: Type.Optional(
      Type.Object({ code: Type.String(), what: Type.String(), why: Type.String(), todo: Type.String() }),
    ),
  },
  { additionalProperties: false },
)
export type Job = Type.Static<typeof Job>
export type JobKind = (typeof JOB_KINDS)[number]
export type JobStatus = (typeof JOB_STATUSES)[number]
