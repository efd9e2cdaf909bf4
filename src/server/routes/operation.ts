import { readFileSync } from 'node:fs'
import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { backUp, healthz, readyz, storageReport, storeSummary } from '../../contracts/routes/engine.ts'
import type { Clock, RetentionRule, Store } from '../../core/ports.ts'
import { freeFolder } from '../files.ts'
import type { JobRunner } from '../jobs/runner.ts'

export interface OperationParts {
  readonly store: Store
  readonly runner: JobRunner
  readonly clock: Clock
  readonly startedAt: number
  readonly name: string
  readonly retention: RetentionRule
  readonly servingModel: () => number | undefined
  /** True from the moment at which the process was asked to end. */
  readonly isStopping: () => boolean
}

export const VERSION = readVersion()

export function operationRoutes(parts: OperationParts): RouteHandler[] {
  const { store, runner, clock, startedAt, name, retention } = parts
  return [
    handle(healthz, async () => ({ ok: true as const })),
    handle(readyz, async () => {
      if (parts.isStopping() || !store.writerState().alive) throw new CodedError('NOT_READY')
      return { ok: true as const }
    }),
    handle(storeSummary, async () => {
      const [products, profiles, events] = await Promise.all([
        store.catalog.count(),
        store.profiles.count(),
        store.events.count(),
      ])
      return {
        name,
        version: VERSION,
        products,
        profiles,
        events,
        servingModel: parts.servingModel() ?? null,
        uptimeSeconds: (clock() - startedAt) / 1000,
      }
    }),
    handle(storageReport, async () => store.maintenance.report(retention, clock())),
    handle(backUp, async ({ body: { to, keysTo } }) => {
      await refuseTaken(to)
      if (keysTo !== undefined) await refuseTaken(keysTo)
      return runner.start('backup', keysTo === undefined ? { to } : { to, keysTo }, async ({ signal, progress }) => {
        const report = (done: number, total: number) => progress({ phase: 'copying', done, total, unit: 'bytes' })
        await store.maintenance.backUp(to, keysTo, report, signal)
        return { to, ...(keysTo === undefined ? {} : { keysTo }) }
      })
    }),
  ]
}

async function refuseTaken(path: string): Promise<void> {
  if (!(await freeFolder(path))) throw new CodedError('BACKUP_FOLDER_TAKEN', { path })
}

/** Of the product's package.json, two folders above `server` in a checkout and in a package alike. */
function readVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  const manifest: unknown = JSON.parse(text)
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
}
