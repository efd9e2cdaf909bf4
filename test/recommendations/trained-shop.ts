import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Decision, DecisionRequest } from '../../src/contracts/decision.ts'
import { CodedError } from '../../src/contracts/errors.ts'
import type { SegmentMessage } from '../../src/contracts/event.ts'
import { type Catalog, openCatalog } from '../../src/core/catalog/catalog.ts'
import { createDecisionLog } from '../../src/core/decisions/log.ts'
import { openPlacements, type Placements } from '../../src/core/decisions/placements.ts'
import { createReservations, type Reservations } from '../../src/core/decisions/reservations.ts'
import { openRules, type Rules } from '../../src/core/decisions/rules/rules.ts'
import { createModelRegistry, type ModelRegistry } from '../../src/core/models/registry.ts'
import { createAssigner } from '../../src/core/outcomes/assign.ts'
import { type Experiments, openExperiments } from '../../src/core/outcomes/experiments.ts'
import { createDecisionTokens } from '../../src/core/outcomes/tokens.ts'
import type { Store } from '../../src/core/ports.ts'
import { createIngest, type Ingest } from '../../src/core/profiles/ingest.ts'
import { createLiveStates } from '../../src/core/profiles/live-states.ts'
import { createProfileReader } from '../../src/core/profiles/reader.ts'
import { CAPABILITY } from '../../src/recommendations/contracts.ts'
import { openModels } from '../../src/recommendations/decide/models.ts'
import { Newcomers } from '../../src/recommendations/decide/newcomers.ts'
import {
  createRecommendations,
  type RecommendationParts,
  type Recommendations,
} from '../../src/recommendations/facade.ts'
import { trainRecommendations } from '../../src/recommendations/training.ts'
import { createStore, openStore } from '../../src/storage/store.ts'
import { plantedShop } from '../../testkit/recommendations/planted-shop.ts'

export const NOW = Date.UTC(2026, 4, 25)

/** The planted shop in a real store, with a model trained on it, as the server puts it together. */
export interface TrainedShop {
  readonly store: Store
  readonly ingest: Ingest
  readonly catalog: Catalog
  readonly placements: Placements
  readonly experiments: Experiments
  readonly rules: Rules
  readonly reservations: Reservations
  readonly registry: ModelRegistry
  readonly parts: RecommendationParts
  readonly recommendations: Recommendations
  /** What the clock says; tests may set it. */
  clock: { now: number }
  one(request: DecisionRequest, globalPrivacyControl?: boolean): Promise<Decision>
  /** The code of the refusal; `none` where there was a decision. */
  refusalOf(request: DecisionRequest): Promise<string>
  /** Trains another version and puts it in service. */
  train(seed: number): Promise<void>
  dispose(): Promise<void>
}

export async function trainedShop(untrained?: (shop: TrainedShop) => Promise<void>): Promise<TrainedShop> {
  const folder = await mkdtemp(join(tmpdir(), 'storemind-recommendations-'))
  let counter = 0
  const randomBytes = (bytes: Uint8Array): void => {
    for (let i = 0; i < bytes.length; i++) {
      counter = (Math.imul(counter, 1664525) + 1013904223) >>> 0
      bytes[i] = counter >>> 24
    }
  }
  const time = { now: NOW }
  const clock = () => time.now
  const options = { directory: join(folder, 'store'), clock, randomBytes }
  await createStore(options)
  const store = await openStore(options)
  const live = createLiveStates(store)
  const ingest = createIngest({ events: live.events, defaultCurrency: 'EUR' })
  await fill(store, ingest)
  const catalog = await openCatalog(store.catalog)
  const placements = await openPlacements(store.placements)
  const experiments = await openExperiments({ repository: store.experiments, placements, clock, randomBytes })
  const rules = await openRules({ repository: store.rules, timezone: 'UTC', placements })
  const reservations = createReservations({ budgets: store.budgets, timezone: 'UTC' })
  const registry = createModelRegistry({
    models: store.models,
    clock,
    capability: CAPABILITY,
    tolerance: 0.02,
    open: openModels,
  })
  const parts: RecommendationParts = {
    catalog,
    rules,
    reservations,
    profiles: createProfileReader({ profiles: live.profiles, rebuild: live.rebuild }),
    newcomers: new Newcomers(store.catalog),
    ruleVersions: store.rules,
    captureShare: 0,
    shoppers: store.profiles,
    placements,
    assigner: createAssigner({ experiments, assignments: store.experiments, profiles: store.profiles }),
    experiments,
    tokens: createDecisionTokens(new Uint8Array(32), 30),
    models: registry,
    log: createDecisionLog({ decisions: store.decisions, randomBytes }),
    clock,
    randomBytes,
    language: 'en',
    pause: () => setImmediate(),
  }
  const recommendations = createRecommendations(parts)
  const one = async (request: DecisionRequest, globalPrivacyControl = false): Promise<Decision> => {
    const [decision] = await recommendations.recommend([request], { globalPrivacyControl })
    if (!decision) throw new Error('one request, no decision')
    return decision
  }
  const shop: TrainedShop = {
    store,
    ingest,
    catalog,
    placements,
    experiments,
    rules,
    reservations,
    registry,
    parts,
    recommendations,
    clock: time,
    one,
    async refusalOf(request) {
      try {
        await one(request)
        return 'none'
      } catch (error) {
        if (error instanceof CodedError) return error.code
        throw error
      }
    },
    async train(seed) {
      const reader = await store.reader()
      const trained = await trainRecommendations(
        reader,
        { seed, threads: 1, windowDays: 0, validationDays: 14, closedFormItems: 100 },
        { signal: new AbortController().signal, clock, progress: () => undefined },
      )
      await reader.close()
      const { version } = await registry.add(trained)
      await registry.promote(version.version, { force: true })
    },
    async dispose() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  await untrained?.(shop)
  await shop.train(42)
  return shop
}

async function fill(store: Store, ingest: Ingest): Promise<void> {
  const { products, lines } = plantedShop()
  await store.catalog.upsert(
    products.map(({ product }) => product),
    'test',
  )
  const orders = Map.groupBy(lines, ({ basket }) => basket)
  const items = [...orders].map(([basket, ordered]) => {
    const [{ profile, at }] = ordered as [(typeof ordered)[number]]
    return {
      source: 'test',
      key: `o${basket}`,
      basis: profile % 2 === 0 ? ('contract' as const) : ('sample' as const),
      receivedAt: NOW,
      message: {
        type: 'track',
        userId: `u${profile}`,
        event: 'Order Completed',
        timestamp: new Date(at).toISOString(),
        properties: {
          order_id: `o${basket}`,
          products: ordered.map(({ product }) => ({ product_id: `p${product}`, quantity: 1, price: 5 })),
        },
      } satisfies SegmentMessage,
    }
  })
  const { added } = await ingest.ingest(items)
  if (added !== orders.size) throw new Error(`${added} of ${orders.size} orders were stored`)
}
