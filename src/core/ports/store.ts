import type { Purpose } from '../../contracts/consent.ts'
import type { EventKind } from '../../contracts/event.ts'
import type { Placement } from '../../contracts/placement.ts'
import type { StorageReport } from '../../contracts/routes/engine.ts'
import type { CatalogRepository, StoredProduct } from './catalog.ts'
import type {
  BudgetRepository,
  DecisionRepository,
  DecisionWindow,
  DecisionWrite,
  PlacementRepository,
  RuleRepository,
} from './decisions.ts'
import type { WebhookRepository } from './delivery.ts'
import type { EventRepository, InteractionColumns, InteractionWindow } from './events.ts'
import type { ExperimentRepository } from './experiments.ts'
import type { DataFacts } from './facts.ts'
import type { ModelRepository } from './models.ts'
import type { ApiKeyRepository, ImportRepository, JobRepository } from './operation.ts'
import type { ExperimentVisitor, OutcomeRehearsal, OutcomeRepository } from './outcomes.ts'
import type { ProfileRepository } from './profiles.ts'
import type { ProfileRow } from './rows.ts'

/** From when on what a profile does is a program's doing. See core/events. */
export interface ActivityRule {
  /** What counts as looking at something. */
  readonly looks: readonly EventKind[]
  /** So many looks within so long a time. */
  readonly fastLooks: number
  readonly fastMillis: number
  /** At least so many looks in each of so many hours of one day. */
  readonly awakeLooks: number
  readonly awakeHours: number
}

/** What a training or evaluation worker reads: a read-only connection of its own. */
export interface StoreReader {
  /** Chunks in the order of arrival, bots left out, profiles canonical. */
  interactions(window: InteractionWindow): AsyncIterable<InteractionColumns>
  products(): AsyncIterable<StoredProduct[]>
  /** Profile rows that may not be used for a purpose: no consent under their basis, or a recorded no. */
  withheld(purpose: Purpose): Promise<Set<ProfileRow>>
  placements(): Promise<Placement[]>
  /** Chunks of a time and some placements, oldest first, profiles canonical. */
  decisions(window: DecisionWindow): AsyncIterable<DecisionWrite[]>
  /** Chunks of the shoppers who were put into an experiment, by its row. */
  visitors(experiment: number): AsyncIterable<ExperimentVisitor[]>
  /**
   * Outcomes as they are now, to be made anew without being kept. The reader is good for nothing else from then on, and
   * until it is closed the log of the database is not cut.
   */
  rehearseOutcomes(): OutcomeRehearsal
  facts(): Promise<DataFacts>
  /** Profiles, as named, whose events that arrived since a moment look like a program's. */
  restless(rule: ActivityRule, since: number): Promise<ProfileRow[]>
  close(): Promise<void>
}

export interface RetentionRule {
  readonly decisionDays: number
  readonly rawEventDays: number
  readonly jobDays: number
}

export interface Maintenance {
  /** A consistent copy while the store is in use. Keys go to `keysTo`, or nowhere where it is left out. */
  backUp(
    to: string,
    keysTo: string | undefined,
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<void>
  report(rule: RetentionRule, now: number): Promise<StorageReport>
  applyRetention(rule: RetentionRule, now: number): Promise<Record<string, number>>
  /** Quick integrity check; a list of problems, empty when sound. */
  integrity(): Promise<string[]>
}

/** Who is told of the store's writing. */
export interface WriteWatch {
  /** A clock for spans, milliseconds with fractions. */
  readonly now: () => number
  /** So many writes were made durable together, and the first of them waited so many milliseconds. */
  readonly committed: (writes: number, millis: number) => void
}

/** How the store's writing stands now. */
export interface WriterState {
  /** Writes that were asked for and are not on disk yet. */
  readonly pending: number
  /** False once the writer died: nothing can be stored any more until a restart. */
  readonly alive: boolean
}

export interface Store {
  /** The folder (or the schema) it lives in. */
  readonly location: string
  readonly events: EventRepository
  readonly catalog: CatalogRepository
  readonly profiles: ProfileRepository
  readonly models: ModelRepository
  readonly decisions: DecisionRepository
  readonly placements: PlacementRepository
  readonly experiments: ExperimentRepository
  readonly rules: RuleRepository
  readonly budgets: BudgetRepository
  readonly outcomes: OutcomeRepository
  readonly jobs: JobRepository
  readonly imports: ImportRepository
  readonly keys: ApiKeyRepository
  readonly webhooks: WebhookRepository
  readonly maintenance: Maintenance
  writerState(): WriterState
  /** 32 bytes of this store alone, for one purpose alone; the same at each opening. Never leaves the process. */
  derivedKey(purpose: string): Uint8Array
  reader(): Promise<StoreReader>
  close(): Promise<void>
}
