import { uuidv7 } from '../../../contracts/uuid.ts'
import type { Store } from '../../../core/ports.ts'
import { createApiKeyRepository } from '../../repositories/api-keys.ts'
import { createBudgetRepository } from '../../repositories/budgets.ts'
import { createCatalogRepository } from '../../repositories/catalog.ts'
import { createDecisionRepository } from '../../repositories/decisions.ts'
import { erasedProfiles } from '../../repositories/erase.ts'
import { createEventRepository } from '../../repositories/events.ts'
import { createExperimentRepository } from '../../repositories/experiments.ts'
import { createImportRepository } from '../../repositories/imports.ts'
import { createJobRepository } from '../../repositories/jobs.ts'
import { createModelRepository } from '../../repositories/models.ts'
import { createOutcomeRepository, outcomeWrites } from '../../repositories/outcomes.ts'
import { createPlacementRepository } from '../../repositories/placements.ts'
import { createProfileRepository } from '../../repositories/profiles.ts'
import { createRuleRepository } from '../../repositories/rules.ts'
import { createWebhookRepository } from '../../repositories/webhooks.ts'
import { KEY_BYTES } from '../../seal.ts'
import type { StoreOptions } from '../../store.ts'
import { createMaintenance } from './maintenance.ts'
import { migrateStore, openForReading } from './open.ts'
import { openSqliteReader } from './reader.ts'
import { runQuery } from './run-query.ts'
import { type PageLimits, WriterClient } from './writer.ts'

export interface SqliteOptions extends StoreOptions {
  /** For tests of a full disk. */
  readonly maxPages?: PageLimits
}

export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { directory, clock, randomBytes, masterKey, maxPages, watch } = options
  migrateStore(directory, clock())
  const opened = openForReading(directory, masterKey)
  const { connection, keyring, layout } = opened
  const seed = new Uint8Array(KEY_BYTES)
  randomBytes(seed)
  const limit = maxPages === undefined ? {} : { maxPages }
  const writer = new WriterClient({ directory, masterKey: opened.masterKey, seed, ...limit }, watch)
  const newId = (at: number) => uuidv7(at, randomBytes)
  const erased = erasedProfiles({ connection })
  if (erased.length > 0) await writer.destroyKeys(erased)
  return {
    location: directory,
    events: createEventRepository(opened, writer, clock),
    catalog: createCatalogRepository(connection, writer, clock),
    profiles: createProfileRepository(opened, writer, clock),
    models: createModelRepository(connection, writer, clock, layout),
    decisions: createDecisionRepository(opened, writer, (window, most) =>
      runQuery({ directory, masterKey: opened.masterKey }, 'sampleDecisions', { window, most }),
    ),
    placements: createPlacementRepository(connection, writer),
    experiments: createExperimentRepository(connection, writer),
    rules: createRuleRepository(connection, writer, clock),
    budgets: createBudgetRepository(connection, writer),
    outcomes: createOutcomeRepository(opened, outcomeWrites(writer), (window) =>
      runQuery({ directory, masterKey: opened.masterKey }, 'outcomeTotals', window),
    ),
    jobs: createJobRepository(connection, writer, newId),
    imports: createImportRepository(connection, writer, clock, newId),
    keys: createApiKeyRepository(connection, writer),
    webhooks: createWebhookRepository(opened, writer),
    maintenance: createMaintenance(opened, writer, clock),
    writerState: () => writer.state,
    derivedKey: (purpose) => keyring.derive(purpose),
    async reader() {
      const reader = await openSqliteReader(directory, masterKey)
      const store = { directory, masterKey: opened.masterKey }
      return {
        ...reader,
        facts: () => runQuery(store, 'facts', undefined),
        restless: (rule, since) => runQuery(store, 'restless', { rule, since }),
        withheld: (purpose) => runQuery(store, 'withheld', purpose),
      }
    },
    async close() {
      await writer.close()
      keyring.close()
      connection.close()
    },
  }
}
