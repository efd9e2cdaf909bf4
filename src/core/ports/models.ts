import type { ModelCard, ModelVersion } from '../../contracts/model-version.ts'

export interface ModelRepository {
  /** Registers a version whose files are already durable in `directory(version)`. */
  add(entry: {
    readonly version: number
    readonly capability: string
    readonly metric: string
    /** Null where too few shoppers came back to measure it. */
    readonly value: number | null
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
  /**
   * Forgets a capability's old versions in one transaction. Kept are the newest `keep`, the one that serves, the one that
   * a roll-back leads to, and `inUse`. Their files stay where they are.
   * @returns which are forgotten
   */
  forget(old: {
    readonly capability: string
    readonly keep: number
    readonly inUse: number | undefined
  }): Promise<number[]>
  /** Back to the version that served before; undefined where there is none. */
  rollBack(capability: string, at: number): Promise<ModelVersion | undefined>
}
