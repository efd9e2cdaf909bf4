import { CodedError } from '../../contracts/errors.ts'
import type { Experiment, ExperimentDraft } from '../../contracts/experiment.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import type { Placement } from '../../contracts/placement.ts'
import type { Placements } from '../decisions/placements.ts'
import type { Clock, ExperimentRepository, RandomBytes, StoredExperiment } from '../ports.ts'

const DAY = 86_400_000

/** The store's experiments in memory. What changes is durable when the call resolves, and in force from then on. */
export interface Experiments {
  /** As they stand at this moment: one whose days are over is stopped. */
  all(): Experiment[]
  /** @throws CodedError EXPERIMENT_NOT_FOUND */
  get(id: string): StoredExperiment
  byRow(row: number): StoredExperiment | undefined
  /** The one that runs on a placement; at most one does. */
  running(placement: string, now: number): StoredExperiment | undefined
  /** @throws CodedError EXPERIMENT_INVALID, PLACEMENT_NOT_FOUND */
  create(draft: ExperimentDraft): Promise<Experiment>
  /** @throws CodedError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE, EXPERIMENT_INVALID, PLACEMENT_NOT_FOUND */
  change(id: string, draft: ExperimentDraft): Promise<Experiment>
  /** Of drafts only. @throws CodedError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE */
  remove(id: string): Promise<void>
  /** @throws CodedError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE, EXPERIMENT_OVERLAP, EXPERIMENT_INVALID */
  start(id: string): Promise<Experiment>
  /** @throws CodedError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE */
  stop(id: string): Promise<Experiment>
}

export interface ExperimentParts {
  readonly repository: ExperimentRepository
  readonly placements: Placements
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

export async function openExperiments({
  repository,
  placements,
  clock,
  randomBytes,
}: ExperimentParts): Promise<Experiments> {
  const byRow = new Map((await repository.all()).map((stored) => [stored.row, stored]))
  /** Placement → the experiment that was started on it last. */
  const started = new Map<string, StoredExperiment>()
  const keep = (stored: StoredExperiment): Experiment => {
    byRow.set(stored.row, stored)
    for (const placement of stored.experiment.placements) {
      if (stored.experiment.status === 'running') started.set(placement, stored)
      else if (started.get(placement)?.row === stored.row) started.delete(placement)
    }
    return stored.experiment
  }
  for (const stored of byRow.values()) keep(stored)

  const get = (id: string): StoredExperiment => {
    const found = [...byRow.values()].find(({ experiment }) => experiment.id === id)
    if (found === undefined) throw new CodedError('EXPERIMENT_NOT_FOUND', { experiment: id })
    return { ...found, experiment: asOf(found.experiment, clock()) }
  }
  const inState = (id: string, status: Experiment['status']): StoredExperiment => {
    const found = get(id)
    const { name, status: is } = found.experiment
    if (is !== status) throw new CodedError('EXPERIMENT_STATE', { experiment: name, status: is })
    return found
  }
  const running = (placement: string, now: number): StoredExperiment | undefined => {
    const found = started.get(placement)
    return found !== undefined && now < endOf(found.experiment) ? found : undefined
  }
  const update = async (stored: StoredExperiment, experiment: Experiment): Promise<Experiment> => {
    await repository.update(stored.row, experiment)
    return keep({ ...stored, experiment })
  }
  return {
    all: () => [...byRow.values()].map(({ experiment }) => asOf(experiment, clock())),
    get,
    byRow: (row) => byRow.get(row),
    running,
    async create(draft) {
      checkDraft(draft, placements)
      const createdAt = clock()
      const experiment: Experiment = { id: uuidv7(createdAt, randomBytes), ...draft, status: 'draft', createdAt }
      const salt = new Uint8Array(16)
      randomBytes(salt)
      const text = Buffer.from(salt).toString('hex')
      return keep({ row: await repository.add(experiment, text), salt: text, experiment })
    },
    async change(id, draft) {
      const stored = inState(id, 'draft')
      checkDraft(draft, placements)
      const { createdAt } = stored.experiment
      return update(stored, { id, ...draft, status: 'draft', createdAt })
    },
    async remove(id) {
      const { row } = inState(id, 'draft')
      await repository.remove(row)
      byRow.delete(row)
    },
    async start(id) {
      const stored = inState(id, 'draft')
      const { experiment } = stored
      // A placement may have changed since the draft was written.
      checkDraft(experiment, placements)
      const now = clock()
      for (const placement of experiment.placements) {
        const other = running(placement, now)
        if (other !== undefined) {
          throw new CodedError('EXPERIMENT_OVERLAP', { placement, experiment: other.experiment.name })
        }
      }
      return update(stored, { ...experiment, status: 'running', startedAt: now })
    },
    async stop(id) {
      const stored = inState(id, 'running')
      return update(stored, { ...stored.experiment, status: 'stopped', stoppedAt: clock() })
    },
  }
}

/** When its days are over; never, where it has none. */
export function endOf({ startedAt = 0, days, stoppedAt }: Experiment): number {
  const planned = days === undefined ? Number.POSITIVE_INFINITY : startedAt + days * DAY
  return Math.min(planned, stoppedAt ?? planned)
}

function asOf(experiment: Experiment, now: number): Experiment {
  const end = endOf(experiment)
  return experiment.status === 'running' && end <= now
    ? { ...experiment, status: 'stopped', stoppedAt: end }
    : experiment
}

function checkDraft({ arms, placements: names }: ExperimentDraft, placements: Placements): void {
  const invalid = (problem: string) => new CodedError('EXPERIMENT_INVALID', { problem })
  if (new Set(arms.map(({ name }) => name)).size < arms.length) throw invalid('two arms have the same name')
  if (new Set(names).size < names.length) throw invalid('a placement is named twice')
  if (arms.every(({ holdout }) => holdout === true)) throw invalid('every arm is a holdout')
  for (const { name, holdout, policy } of arms) {
    if (holdout === true && policy !== undefined) throw invalid(`arm ${name} is a holdout and cannot have a policy`)
    for (const placement of names) {
      const { minPriceMicros, maxPriceMicros } = armPlacement(placements.get(placement), policy).policy
      if (minPriceMicros !== undefined && maxPriceMicros !== undefined && minPriceMicros > maxPriceMicros) {
        throw invalid(`arm ${name} asks for prices above ${maxPriceMicros} and below ${minPriceMicros} micros`)
      }
    }
  }
}

/** The placement as it is in an arm. */
export function armPlacement(placement: Placement, policy: ExperimentDraft['arms'][number]['policy']): Placement {
  return policy === undefined ? placement : { ...placement, policy: { ...placement.policy, ...policy } }
}
