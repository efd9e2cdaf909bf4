import { dirname } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import type { ModelCard, ModelVersion } from '../../contracts/model-version.ts'
import type { Clock, ModelRepository } from '../ports.ts'
import { type ModelBundle, readBundle, removeBundle, removeStrays, writeBundle } from './bundle.ts'
import { type GateVerdict, gateVerdict } from './gate.ts'

/** A version that is in memory and ready to answer. */
export interface LoadedModel {
  readonly version: ModelVersion
  readonly models: ModelBundle
}

export interface LoadOutcome {
  /** Undefined where nothing was ever promoted, or nothing that was promoted is sound. */
  readonly loaded: LoadedModel | undefined
  /** Versions that should have served, and why they cannot; newest first. */
  readonly broken: readonly { readonly version: number; readonly error: CodedError }[]
}

export interface NewVersion {
  readonly models: ModelBundle
  readonly card: ModelCard
  readonly metric: string
  readonly value: number | null
}

/** The versions of one capability's model: kept, gated, promoted, rolled back, loaded. */
export interface ModelRegistry {
  /** What serves in this process. */
  readonly current: LoadedModel | undefined
  /** Makes the files durable, asks the gate, and registers the version as `candidate` or `rejected`. */
  add(version: NewVersion): Promise<{ readonly version: ModelVersion; readonly verdict: GateVerdict }>
  /**
   * Verifies and loads the version, puts it in service, and swaps.
   * @throws CodedError MODEL_NOT_FOUND, MODEL_NOT_BETTER (unless forced), MODEL_BROKEN; then nothing changed
   */
  promote(version: number, options?: { readonly force?: boolean }): Promise<ModelVersion>
  /**
   * Puts the version that served before in service again, and swaps.
   * @throws CodedError NOTHING_TO_ROLL_BACK; MODEL_BROKEN, then nothing changed
   */
  rollBack(): Promise<ModelVersion>
  /**
   * At start: loads what serves, or, where its files are broken or cannot be opened, the version that was promoted last before it and is
   * sound. What the store says is left as it is, so that people see it and decide. Files that killed runs left are
   * removed.
   */
  load(): Promise<LoadOutcome>
  /**
   * A version as it would serve, read from its files where another one serves. Nothing is swapped.
   * @throws CodedError MODEL_NOT_FOUND, MODEL_BROKEN
   */
  read(version: number): Promise<LoadedModel>
  /**
   * Forgets old versions and removes their files; the newest `keep`, what serves and what a roll-back leads to stay.
   * Rows go first: files that a crash leaves behind are removed at the next start.
   * @returns which are forgotten
   */
  forgetOld(keep: number): Promise<readonly number[]>
  /** Called after every swap; returns a function that ends it. */
  onSwap(listener: (loaded: LoadedModel) => void): () => void
}

export interface ModelRegistryParts {
  readonly models: ModelRepository
  readonly clock: Clock
  readonly capability: string
  /** `training.tolerance` */
  readonly tolerance: number
  /**
   * Opens a bundle as the capability will, before it is put in service: files may be sound and still not fit together,
   * or be of a version of the capability that this one cannot read.
   * @throws CodedError MODEL_BROKEN
   */
  readonly open?: (models: ModelBundle) => unknown
}

export function createModelRegistry(parts: ModelRegistryParts): ModelRegistry {
  const { models, clock, capability, tolerance } = parts
  const listeners = new Set<(loaded: LoadedModel) => void>()
  let current: LoadedModel | undefined

  const load = async (version: ModelVersion): Promise<LoadedModel> => {
    const files = await models.files(version.version)
    const bundle = await readBundle(models.directory(version.version), files)
    parts.open?.(bundle)
    return { version, models: bundle }
  }
  const swap = (loaded: LoadedModel): ModelVersion => {
    current = loaded
    for (const listener of listeners) listener(loaded)
    return loaded.version
  }
  const get = async (version: number): Promise<ModelVersion> => {
    const found = await models.get(version)
    if (found?.capability !== capability) throw new CodedError('MODEL_NOT_FOUND', { version })
    return found
  }

  return {
    get current() {
      return current
    },
    async add({ models: bundle, card, metric, value }) {
      const version = await models.reserveVersion()
      const written = await writeBundle(models.directory(version), bundle)
      const serving = await models.serving(capability)
      const verdict = gateVerdict({ version, metric, value, validation: card.validation }, serving, tolerance)
      const status = verdict.passed ? 'candidate' : 'rejected'
      try {
        const entry = { version, capability, metric, value, card, status, ...written } as const
        return { version: await models.add(entry), verdict }
      } catch (error) {
        // What is registered nowhere will never serve; its room may be what the disk lacks.
        await removeBundle(models.directory(version))
        throw error
      }
    },
    async promote(version, { force = false } = {}) {
      const found = await get(version)
      if (found.status === 'serving' && current?.version.version === version) return found
      if (!force) await refuseWorse(models, found, tolerance)
      // Loaded first: what cannot be read is never put in service.
      const loaded = await load(found)
      return swap({ ...loaded, version: await models.promote(version, clock()) })
    },
    async rollBack() {
      const before = await previous(models, capability)
      if (before === undefined) throw new CodedError('NOTHING_TO_ROLL_BACK')
      const loaded = await load(before)
      const version = await models.rollBack(capability, clock())
      if (version === undefined) throw new CodedError('NOTHING_TO_ROLL_BACK')
      return swap(version.version === before.version ? { ...loaded, version } : await load(version))
    },
    async load() {
      const registered = new Set((await models.list()).map(({ version }) => version))
      await removeStrays(dirname(models.directory(1)), registered)
      const broken: { version: number; error: CodedError }[] = []
      for (const version of await everPromoted(models, capability)) {
        try {
          const loaded = await load(version)
          swap(loaded)
          return { loaded, broken }
        } catch (error) {
          if (!(error instanceof CodedError && error.code === 'MODEL_BROKEN')) throw error
          broken.push({ version: version.version, error })
        }
      }
      return { loaded: undefined, broken }
    },
    async read(version) {
      return current?.version.version === version ? current : load(await get(version))
    },
    async forgetOld(keep) {
      const old = await models.forget({ capability, keep, inUse: current?.version.version })
      for (const version of old) await removeBundle(models.directory(version))
      return old
    },
    onSwap(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}

/** A version that served before has passed the gate in its time and may come back. */
async function refuseWorse(models: ModelRepository, version: ModelVersion, tolerance: number): Promise<void> {
  if (version.status === 'retired' || version.status === 'serving') return
  const serving = await models.serving(version.capability)
  const candidate = { ...version, validation: version.card.validation }
  const { refusal } = gateVerdict(candidate, serving, tolerance)
  if (refusal !== undefined) throw new CodedError(refusal.code, refusal.details)
}

/**
 * The serving version, then those that served before it, last promoted first; then, after a roll-back, those that
 * were promoted later and taken out of service again: still better than none.
 */
async function everPromoted(models: ModelRepository, capability: string): Promise<ModelVersion[]> {
  const versions = (await models.list(capability)).filter(({ status }) => status === 'serving' || status === 'retired')
  const serving = versions.find(({ status }) => status === 'serving')
  const isLater = ({ version }: ModelVersion) => serving !== undefined && version > serving.version
  const retired = versions
    .filter(({ status }) => status === 'retired')
    .sort((a, b) => (b.promotedAt ?? 0) - (a.promotedAt ?? 0) || b.version - a.version)
  const before = retired.filter((version) => !isLater(version))
  return [...(serving === undefined ? [] : [serving]), ...before, ...retired.filter(isLater)]
}

async function previous(models: ModelRepository, capability: string): Promise<ModelVersion | undefined> {
  return (await everPromoted(models, capability)).find(({ status }) => status === 'retired')
}
