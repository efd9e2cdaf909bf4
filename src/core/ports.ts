import type { ConsentState, LegalBasis, Purpose } from '../contracts/consent.ts'
import type { EventKind, SegmentMessage, ShopEvent } from '../contracts/event.ts'
import type { ImportCounts, ImportReport, RowProblem } from '../contracts/import.ts'
import type { Job, JobKind, JobProgress } from '../contracts/job.ts'
import type { ModelCard, ModelVersion } from '../contracts/model-version.ts'
import type { Placement } from '../contracts/placement.ts'
import type { Product } from '../contracts/product.ts'
import type { Scope } from '../contracts/route.ts'
import type { ApiKey, StorageReport } from '../contracts/routes/engine.ts'

/*
 * What the core needs from outside, as interfaces. Storage, connectors and the server implement them; the core and
 * the capabilities only speak to these. Rows are integer ids inside a store: they are never used again, also after
 * the thing they named was deleted.
 */

export type ProfileRow = number
export type ProductRow = number

/** Milliseconds UTC. */
export type Clock = () => number
/** Fills bytes from a cryptographic source. */
export type RandomBytes = (bytes: Uint8Array) => void

// ——— Events and interactions ————————————————————————————————————————————————

/** One event on its way to disk. */
export interface EventWrite {
  /** Where it came from: an importer's id, or `api`. With `key` it makes the event idempotent. */
  readonly source: string
  /** `messageId` of a live event, the row key of a historic one. */
  readonly key: string
  readonly raw: SegmentMessage
  readonly event: ShopEvent
  /** From `profiles.resolve`; −1 where the event names no shopper. The row that was named, before links. */
  readonly profile: ProfileRow
  /** [event.lines.length] from `catalog.resolve`. */
  readonly products: Int32Array
}

/** Flattened product lines of events, as columns: what trains. Kinds are EVENT_KINDS numbers. */
export interface InteractionColumns {
  readonly length: number
  /** Canonical profile row. */
  readonly profile: Int32Array
  readonly product: Int32Array
  readonly kind: Uint8Array
  readonly at: Float64Array
  readonly quantity: Float32Array
  /** Price of a piece in micros, NaN where the event did not say. */
  readonly priceMicros: Float64Array
  /** Equal numbers are one order (or one event where there is no order). */
  readonly basket: Int32Array
}

export interface InteractionWindow {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly kinds: readonly EventKind[]
}

export interface EventRepository {
  /** [n] 1 where an event of this source and key is stored already. */
  known(source: string, keys: readonly string[]): Promise<Uint8Array>
  /**
   * Durable when it resolves: the events, their lines, and `states`, in one transaction. An event that is known is
   * skipped and counted; the caller asks `known` first, since its states must not count it twice.
   */
  append(
    events: readonly EventWrite[],
    states?: readonly ProfileStateWrite[],
  ): Promise<{ readonly added: number; readonly known: number }>
  /** The stored events of one canonical profile and all linked to it, oldest first; for export and rebuild. */
  ofProfile(profile: ProfileRow): AsyncIterable<StoredEvent>
  count(): Promise<number>
}

export interface StoredEvent {
  readonly source: string
  readonly key: string
  readonly event: ShopEvent
  /** Undefined when retention removed it. */
  readonly raw?: SegmentMessage
}

// ——— Catalogue ————————————————————————————————————————————————————————————————

export interface StoredProduct {
  readonly row: ProductRow
  readonly product: Product
  /** False while only events named it: no feed has described it. */
  readonly described: boolean
  readonly deletedAt?: number
  readonly createdAt: number
  readonly changedAt: number
}

export interface CatalogRepository {
  /** [n] rows of product ids; unknown ones get a row that is not described yet. */
  resolve(productIds: readonly string[]): Promise<Int32Array>
  /** Adds and changes; a product equal to what is stored changes nothing. Durable when it resolves. */
  upsert(products: readonly Product[], source: string): Promise<{ changed: number; unchanged: number }>
  delete(productIds: readonly string[]): Promise<number>
  byId(productId: string): Promise<StoredProduct | undefined>
  byRows(rows: readonly ProductRow[]): Promise<StoredProduct[]>
  /** Chunks of all products, deleted ones included, by row. */
  all(options?: { readonly afterRow?: ProductRow; readonly chunk?: number }): AsyncIterable<StoredProduct[]>
  /** Grows with every change; an unchanged number means an unchanged catalogue. */
  revision(): Promise<number>
  count(): Promise<number>
}

// ——— Profiles —————————————————————————————————————————————————————————————————

export interface StoredProfile {
  readonly row: ProfileRow
  readonly id: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly basis: LegalBasis
  readonly bot: boolean
}

export interface IdentityLink {
  readonly from: ProfileRow
  readonly to: ProfileRow
  readonly at: number
  readonly cause: string
  readonly undoneAt?: number
}

/** A profile's feature state, opaque to storage. */
export interface ProfileStateWrite {
  readonly profile: ProfileRow
  /** Version of the features that wrote it. */
  readonly version: number
  readonly state: Uint8Array
}

/** Who an event is about; at least one of the two ids. */
export interface Identity {
  readonly userId?: string
  readonly anonymousId?: string
  /** When the shopper was seen, UTC milliseconds. */
  readonly at: number
  /** The basis that the source declared for its shoppers; kept for new profiles. */
  readonly basis: LegalBasis
}

export interface ProfileRepository {
  /** [n] profile rows as named (not canonical), made where they are new. An identity with both ids gives the user's. */
  resolve(identities: readonly Identity[]): Promise<Int32Array>
  /** The canonical row that links lead to. */
  canonical(row: ProfileRow): Promise<ProfileRow>
  /** All rows whose links lead to this canonical row, itself first. */
  members(row: ProfileRow): Promise<ProfileRow[]>
  /** By userId, anonymousId or the profile's own id; follows links to the canonical profile. */
  find(id: string): Promise<StoredProfile | undefined>
  byRow(row: ProfileRow): Promise<StoredProfile | undefined>
  count(): Promise<number>
  states(rows: readonly ProfileRow[]): Promise<Map<ProfileRow, { version: number; state: Uint8Array }>>
  writeStates(states: readonly ProfileStateWrite[]): Promise<void>
  consents(row: ProfileRow): Promise<ConsentState[]>
  writeConsents(row: ProfileRow, consents: readonly ConsentState[]): Promise<void>
  traits(row: ProfileRow): Promise<Record<string, unknown>>
  markBot(row: ProfileRow, bot: boolean): Promise<void>
  /** Appends a link; refuses (returns false) when both are known customers. */
  link(from: ProfileRow, to: ProfileRow, cause: string, at: number): Promise<boolean>
  unlink(from: ProfileRow, to: ProfileRow, at: number): Promise<boolean>
  links(row: ProfileRow): Promise<IdentityLink[]>
  /** Rows, key and search entries of the profile and everything linked to it; counts by table. */
  erase(row: ProfileRow): Promise<Record<string, number>>
}

// ——— Models ———————————————————————————————————————————————————————————————————

export interface ModelRepository {
  /** Registers a version whose files are already durable in `directory(version)`. */
  add(entry: {
    readonly version: number
    readonly capability: string
    readonly metric: string
    readonly value: number
    readonly bytes: number
    readonly card: ModelCard
    readonly status: 'candidate' | 'rejected'
    /** File name → SHA-256, hex; checked before the version is ever served. */
    readonly files: Readonly<Record<string, string>>
  }): Promise<ModelVersion>
  /** The next free version number; never given twice. */
  reserveVersion(): Promise<number>
  /** Folder of a version's files. */
  directory(version: number): string
  files(version: number): Promise<Readonly<Record<string, string>>>
  list(capability?: string): Promise<ModelVersion[]>
  get(version: number): Promise<ModelVersion | undefined>
  serving(capability: string): Promise<ModelVersion | undefined>
  /** Makes it the serving version in one transaction; the one before becomes `retired`. */
  promote(version: number, at: number): Promise<ModelVersion>
  /** Back to the version that served before; undefined where there is none. */
  rollBack(capability: string, at: number): Promise<ModelVersion | undefined>
}

// ——— Decisions ————————————————————————————————————————————————————————————————

/** A decision as it is kept: under 300 bytes, rows instead of names. See core/decisions for the encoding. */
export interface DecisionWrite {
  readonly id: string
  readonly at: number
  readonly profile?: ProfileRow
  readonly placement: string
  readonly record: Uint8Array
}

export interface DecisionRepository {
  /** Durable when it resolves. */
  append(decisions: readonly DecisionWrite[]): Promise<void>
  get(id: string): Promise<DecisionWrite | undefined>
  ofProfile(profile: ProfileRow): AsyncIterable<DecisionWrite>
  count(): Promise<number>
}

export interface PlacementRepository {
  all(): Promise<Placement[]>
  put(placement: Placement): Promise<void>
}

// ——— Jobs, imports, keys ——————————————————————————————————————————————————————

export interface JobRepository {
  create(kind: JobKind, params: Readonly<Record<string, unknown>>, at: number): Promise<Job>
  get(id: string): Promise<Job | undefined>
  list(limit: number): Promise<Job[]>
  start(id: string, at: number): Promise<void>
  progress(id: string, progress: JobProgress): Promise<void>
  end(id: string, at: number, outcome: Pick<Job, 'status' | 'result' | 'error'>): Promise<void>
  /** Jobs that a dead process left `queued` or `running` become `interrupted`; returns how many. */
  interruptAbandoned(at: number): Promise<number>
}

export interface ImportRepository {
  begin(entry: Pick<ImportReport, 'importer' | 'path' | 'basis' | 'startedAt'>): Promise<string>
  /** Files already imported whole: their fingerprint → true. Skipped when they come again. */
  finishedFile(importer: string, fingerprint: string): Promise<boolean>
  finishFile(importer: string, fingerprint: string): Promise<void>
  problems(id: string, problems: readonly RowProblem[]): Promise<void>
  update(
    id: string,
    state: { counts: ImportCounts; problemsByCode: Record<string, number>; endedAt?: number; complete: boolean },
  ): Promise<void>
  list(): Promise<ImportReport[]>
  listProblems(
    id: string,
    limit: number,
    after: number,
  ): Promise<{ problems: RowProblem[]; next: number | null } | undefined>
}

export interface ApiKeyRepository {
  add(key: ApiKey, hash: Uint8Array): Promise<void>
  list(): Promise<ApiKey[]>
  /** By the secret's SHA-256. */
  byHash(hash: Uint8Array): Promise<{ id: string; scopes: readonly Scope[] } | undefined>
  remove(id: string): Promise<boolean>
}

// ——— Facts about the data, for `check` ————————————————————————————————————————

export interface DataFacts {
  readonly products: number
  readonly productsUndescribed: number
  readonly productsWithoutPrice: number
  readonly productsDeleted: number
  readonly profiles: number
  readonly profilesByBasis: Readonly<Record<LegalBasis, number>>
  readonly profilesDenied: Readonly<Record<Purpose, number>>
  readonly bots: number
  readonly botEvents: number
  readonly events: number
  readonly eventsByKind: Readonly<Partial<Record<EventKind, number>>>
  readonly eventsWithoutProfile: number
  readonly interactions: number
  readonly orders: number
  readonly refunds: number
  readonly refundsUnmatched: number
  readonly from: number | null
  readonly to: number | null
  /** Events whose time lies after their arrival by more than a day, or before 2000-01-01. */
  readonly eventsInFuture: number
  readonly eventsTooOld: number
  /** Same profile, product, kind and minute more than once under different keys. */
  readonly likelyDuplicates: number
  /** Profiles with at least two orders; products bought by at least five shoppers. */
  readonly returningProfiles: number
  readonly productsWithSupport: number
  /** Events of the most active profile, and the number of profiles above 10,000 events. */
  readonly largestProfile: number
  readonly profilesOver10k: number
}

// ——— The store ————————————————————————————————————————————————————————————————

/** What a training or evaluation worker reads: a read-only connection of its own. */
export interface StoreReader {
  /** Chunks in the order of arrival, bots left out, profiles canonical. */
  interactions(window: InteractionWindow): AsyncIterable<InteractionColumns>
  products(): AsyncIterable<StoredProduct[]>
  /** Profile rows that may not be used for a purpose: no consent under their basis, or a recorded no. */
  withheld(purpose: Purpose): Promise<Set<ProfileRow>>
  placements(): Promise<Placement[]>
  facts(): Promise<DataFacts>
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

export interface Store {
  /** The folder (or the schema) it lives in. */
  readonly location: string
  readonly events: EventRepository
  readonly catalog: CatalogRepository
  readonly profiles: ProfileRepository
  readonly models: ModelRepository
  readonly decisions: DecisionRepository
  readonly placements: PlacementRepository
  readonly jobs: JobRepository
  readonly imports: ImportRepository
  readonly keys: ApiKeyRepository
  readonly maintenance: Maintenance
  reader(): Promise<StoreReader>
  close(): Promise<void>
}

// ——— Jobs of capabilities —————————————————————————————————————————————————————

/** What a running job is given. */
export interface JobRun {
  readonly signal: AbortSignal
  readonly clock: Clock
  progress(progress: JobProgress): void
}

/** Runs a named task in a worker of its own; what the task may be named stands in the server's task table. */
export interface Workers {
  run<Result>(task: string, params: unknown, run: JobRun): Promise<Result>
}
