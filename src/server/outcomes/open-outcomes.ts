import type { Configuration } from '../../contracts/configuration.ts'
import type { OutcomeRebuild } from '../../contracts/outcome.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import * as routes from '../../contracts/routes/outcomes.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { Placements } from '../../core/decisions/placements.ts'
import { type Experiments, openExperiments } from '../../core/outcomes/experiments.ts'
import { createFollower, type Follower } from '../../core/outcomes/follow.ts'
import { REHEARSAL_TASK, type RehearsalParams, type Rehearsed } from '../../core/outcomes/rehearse.ts'
import { takeTouches } from '../../core/outcomes/report-touches.ts'
import { reportExperiment } from '../../core/outcomes/reports/experiment.ts'
import { EXPERIMENT_TASK, type ExperimentFigures, type FiguresParams } from '../../core/outcomes/reports/figures.ts'
import { reportPlacements } from '../../core/outcomes/reports/placements.ts'
import { createDecisionTokens, type DecisionTokens, TOKEN_PURPOSE } from '../../core/outcomes/tokens.ts'
import type { Clock, RandomBytes, Store, Workers } from '../../core/ports.ts'
import type { JobRunner } from '../jobs/runner.ts'
import type { Logger } from '../logging.ts'
import { keepFollowing } from './keep-following.ts'

export interface OutcomeParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly placements: Placements
  readonly workers: Workers
  readonly runner: JobRunner
  readonly configuration: Configuration
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
}

/** Outcomes as the engine mounts them. */
export interface MountedOutcomes {
  readonly experiments: Experiments
  readonly tokens: DecisionTokens
  readonly follower: Follower
  readonly routes: readonly RouteHandler[]
  /** Follows the log from now on. */
  start(): void
  /** Ends after the step that is under way; the next start goes on from there. */
  close(): Promise<void>
}

const DEFAULT_DAYS = 30
const DAY = 86_400_000

export async function openOutcomes(parts: OutcomeParts): Promise<MountedOutcomes> {
  const { store, catalog, placements, workers, runner, configuration, clock, randomBytes, logger } = parts
  const experiments = await openExperiments({ repository: store.experiments, placements, clock, randomBytes })
  const tokens = createDecisionTokens(store.derivedKey(TOKEN_PURPOSE), configuration['outcomes.tokenDays'])
  const windows = {
    clickDays: configuration['outcomes.clickDays'],
    impressionHours: configuration['outcomes.impressionHours'],
  }
  const { outcomes, decisions } = store
  const follower = createFollower({ outcomes, decisions, tokens, catalog, windows })
  const following = keepFollowing({ follower, logger, windows, outcomes })
  const touches = {
    tokens,
    decisions,
    catalog,
    outcomes,
    events: store.events,
    basis: configuration['ingest.basis'],
    clock,
  }
  const measure = (params: FiguresParams) =>
    workers.run<ExperimentFigures>(EXPERIMENT_TASK, params, {
      signal: new AbortController().signal,
      clock,
      progress: () => undefined,
    })
  const rehearsal = (): RehearsalParams => ({
    tokenKey: store.derivedKey(TOKEN_PURPOSE),
    tokenDays: configuration['outcomes.tokenDays'],
    windows,
    groups: catalog.current.group,
  })
  return {
    experiments,
    tokens,
    follower,
    start: following.start,
    close: following.close,
    routes: [
      handle(routes.reportTouches, ({ body, globalPrivacyControl, userAgent }) =>
        takeTouches(touches, body, { globalPrivacyControl, userAgent }),
      ),
      handle(routes.outcomeReport, async ({ query }) => {
        // The end stands outside: what happens in this very millisecond is still in.
        const to = query.to ?? clock() + 1
        await follower.catchUp()
        return reportPlacements({ outcomes, experiments }, { from: query.from ?? to - DEFAULT_DAYS * DAY, to })
      }),
      handle(routes.rebuildOutcomes, ({ body: { dryRun = false } }) =>
        runner.start('outcomes', { dryRun }, async (run): Promise<OutcomeRebuild> => {
          // Variants as they are now; who follows the log otherwise reads them when a decision does.
          await catalog.refresh()
          if (!dryRun) return { dryRun, ...(await follower.rebuild(run)) }
          const { events, shoppers, differences } = await workers.run<Rehearsed>(REHEARSAL_TASK, rehearsal(), run)
          const { revenue, ...rows } = differences
          return { dryRun, events, shoppers, differences: { ...rows, revenue: [...revenue] } }
        }),
      ),
      handle(routes.listExperiments, async () => ({ experiments: experiments.all() })),
      handle(routes.createExperiment, ({ body }) => experiments.create(body)),
      handle(routes.getExperiment, async ({ params }) => experiments.get(params.id).experiment),
      handle(routes.changeExperiment, ({ params, body }) => experiments.change(params.id, body)),
      handle(routes.removeExperiment, async ({ params }) => {
        await experiments.remove(params.id)
        return { ok: true as const }
      }),
      handle(routes.startExperiment, ({ params }) => experiments.start(params.id)),
      handle(routes.stopExperiment, ({ params }) => experiments.stop(params.id)),
      handle(routes.experimentReport, async ({ params, query }) => {
        const stored = experiments.get(params.id)
        await follower.catchUp()
        const language = query.language ?? configuration['store.language']
        return reportExperiment({ outcomes, measure }, stored, clock(), language)
      }),
    ],
  }
}
