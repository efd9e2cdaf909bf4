import type { ImportCounts, ImportReport, RowProblem } from '../../contracts/import.ts'
import type { Job, JobKind, JobProgress } from '../../contracts/job.ts'
import type { Scope } from '../../contracts/route.ts'
import type { ApiKey } from '../../contracts/routes/engine.ts'

export interface JobRepository {
  create(kind: JobKind, params: Readonly<Record<string, unknown>>, at: number): Promise<Job>
  get(id: string): Promise<Job | undefined>
  list(limit: number): Promise<Job[]>
  /** Of one kind, made since a moment, newest first. */
  since(kind: JobKind, at: number): Promise<Job[]>
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

/** What a key allows. */
export interface KeyGrant {
  readonly id: string
  readonly scopes: readonly Scope[]
  /** Pages whose requests it is for; empty: any caller. */
  readonly origins: readonly string[]
}

export interface ApiKeyRepository {
  add(key: ApiKey, hash: Uint8Array): Promise<void>
  list(): Promise<ApiKey[]>
  /** By the secret's SHA-256. */
  byHash(hash: Uint8Array): Promise<KeyGrant | undefined>
  /** Notes that it was used. */
  used(id: string, at: number): Promise<void>
  remove(id: string): Promise<boolean>
}
