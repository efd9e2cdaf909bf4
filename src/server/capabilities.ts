import { setImmediate } from 'node:timers/promises'
import type { Configuration } from '../contracts/configuration.ts'
import { handle, type RouteHandler } from '../contracts/route.ts'
import { evaluate, type TrainRequest, train } from '../contracts/routes/decisions.ts'
import { shadowReport } from '../contracts/routes/shadow.ts'
import type { ShadowReport } from '../contracts/shadow.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { createDecisionLog } from '../core/decisions/log.ts'
import type { Placements } from '../core/decisions/placements.ts'
import { createReservations } from '../core/decisions/reservations.ts'
import { openRules } from '../core/decisions/rules/rules.ts'
import { createModelRegistry, type ModelRegistry } from '../core/models/registry.ts'
import { createAssigner } from '../core/outcomes/assign.ts'
import type { Experiments } from '../core/outcomes/experiments.ts'
import type { DecisionTokens } from '../core/outcomes/tokens.ts'
import type { Clock, ProfileRow, RandomBytes, Store, Workers } from '../core/ports.ts'
import { createProfileReader } from '../core/profiles/reader.ts'
import type { ShopperMemory } from '../core/profiles/shopper-memory.ts'
import { CAPABILITY, SHADOW_TASK, type ShadowParams } from '../recommendations/contracts.ts'
import { openModels } from '../recommendations/decide/models.ts'
import { Newcomers } from '../recommendations/decide/newcomers.ts'
import { createRecommendations, type Recommendations } from '../recommendations/facade.ts'
import { runEvaluation, runTraining } from '../recommendations/jobs.ts'
import { recommendationRoutes } from '../recommendations/routes.ts'
import type { JobRunner, JobWork } from './jobs/runner.ts'
import { faultOf, type Logger } from './logging.ts'
import { ruleRoutes } from './routes/rules.ts'

const DAY = 86_400_000

export interface CapabilityParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly placements: Placements
  readonly experiments: Experiments
  readonly tokens: DecisionTokens
  /** Makes the states of a shopper anew, from the log. */
  readonly rebuild: (profile: ProfileRow) => Promise<void>
  readonly memory: ShopperMemory
  readonly workers: Workers
  readonly runner: JobRunner
  readonly configuration: Configuration
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
}

/** A capability as the engine mounts it. */
export interface MountedRecommendations {
  readonly registry: ModelRegistry
  readonly routes: readonly RouteHandler[]
  readonly explain: Recommendations['explain']
  readonly servingVersion: () => number | undefined
  /** What a training does that is asked for without parameters. */
  readonly train: JobWork
}

/** Loads the model that serves and puts the capability together. */
export async function openRecommendations(parts: CapabilityParts): Promise<MountedRecommendations> {
  const { store, catalog, placements, rebuild, memory, workers, runner, configuration, clock, randomBytes, logger } =
    parts
  const { experiments, tokens } = parts
  const registry = createModelRegistry({
    models: store.models,
    clock,
    capability: CAPABILITY,
    tolerance: configuration['training.tolerance'],
    open: openModels,
  })
  const { loaded, broken } = await registry.load()
  for (const { version, error } of broken) {
    logger.error(
      { version, problem: error.body.what, serving: loaded?.version.version ?? null, code: 'MODEL_BROKEN' },
      'a model version is broken; the newest sound one before it serves',
    )
  }
  const timezone = configuration['store.timezone']
  const rules = await openRules({ repository: store.rules, timezone, placements })
  rules.current.follow(catalog.current)
  const reservations = createReservations({ budgets: store.budgets, timezone })
  const recommendations = createRecommendations({
    catalog,
    rules,
    reservations,
    profiles: createProfileReader({ profiles: store.profiles, rebuild, memory }),
    newcomers: new Newcomers(store.catalog),
    ruleVersions: store.rules,
    captureShare: configuration['decisions.captureShare'],
    shoppers: store.profiles,
    placements,
    assigner: createAssigner({ experiments, assignments: store.experiments, profiles: store.profiles }),
    experiments,
    tokens,
    models: registry,
    log: createDecisionLog({ decisions: store.decisions, randomBytes }),
    clock,
    randomBytes,
    language: configuration['store.language'],
    pause: () => setImmediate(),
  })
  const jobParts = { workers, models: registry, configuration }
  const forgetOld = async (): Promise<void> => {
    const keep = configuration['retention.modelVersions']
    // A backup that copies the files just now is let finish; the next training forgets them.
    if (keep === 0 || runner.running().includes('backup')) return
    const versions = await registry.forgetOld(keep)
    if (versions.length > 0) logger.info({ versions }, 'old model versions are forgotten')
  }
  const training =
    (request: TrainRequest): JobWork =>
    async (run) => {
      const result = await runTraining(jobParts, request, run)
      // It has been trained, whatever becomes of the old ones.
      await forgetOld().catch((error: unknown) =>
        logger.warn({ fault: faultOf(error, logger.level) }, 'old model versions could not be forgotten'),
      )
      return result
    }
  return {
    registry,
    routes: [
      ...recommendationRoutes(recommendations),
      ...ruleRoutes({ rules, reservations, catalog, clock }),
      handle(train, ({ body }) => runner.start('train', { ...body }, training(body))),
      handle(shadowReport, ({ params, query }) => {
        const { days = 30, windowDays = 7, language = configuration['store.language'] } = query
        const to = clock() + 1
        const asked: ShadowParams = { placement: params.name, from: to - days * DAY, to, windowDays, language }
        const run = { signal: new AbortController().signal, clock, progress: () => undefined }
        return workers.run<ShadowReport>(SHADOW_TASK, asked, run)
      }),
      handle(evaluate, ({ body }) =>
        runner.start('evaluate', { ...body }, (run) => runEvaluation(jobParts, body, run)),
      ),
    ],
    explain: recommendations.explain,
    servingVersion: () => registry.current?.version.version,
    train: training({}),
  }
}
