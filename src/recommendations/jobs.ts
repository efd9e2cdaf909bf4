import { Parse } from 'typebox/value'
import type { Configuration } from '../contracts/configuration.ts'
import type { Evaluation } from '../contracts/model-version.ts'
import type { EvaluateRequest, TrainRequest } from '../contracts/routes/decisions.ts'
import type { ModelRegistry } from '../core/models/registry.ts'
import type { JobRun, StoreReader, Workers } from '../core/ports.ts'
import { EVALUATE_TASK, EvaluateParams, SHADOW_TASK, ShadowParams, TRAIN_TASK, TrainParams } from './contracts.ts'
import { evaluateRecommendations } from './evaluation/evaluate.ts'
import { reportShadow } from './shadow/report.ts'
import { type TrainedRecommendations, trainRecommendations } from './training.ts'

/** What runs in a worker thread, by the name under which the server asks for it. */
export type RecommendationTask = (reader: StoreReader, params: unknown, run: JobRun) => Promise<unknown>

export const RECOMMENDATION_TASKS: ReadonlyMap<string, RecommendationTask> = new Map<string, RecommendationTask>([
  [TRAIN_TASK, (reader, params, run) => trainRecommendations(reader, Parse(TrainParams, params), run)],
  [SHADOW_TASK, (reader, params, run) => reportShadow(reader, Parse(ShadowParams, params), run)],
  [EVALUATE_TASK, (reader, params, run) => evaluateRecommendations(reader, Parse(EvaluateParams, params), run)],
])

export interface RecommendationJobParts {
  readonly workers: Workers
  readonly models: Pick<ModelRegistry, 'add' | 'promote'>
  readonly configuration: Configuration
}

/** What a training job ends with. */
export interface TrainResult {
  readonly version: number
  readonly metric: string
  /** Null where it could not be measured. */
  readonly value: number | null
  /** The gate's verdict in one sentence. */
  readonly verdict: string
  readonly passed: boolean
  /** Whether it serves now. */
  readonly promoted: boolean
  readonly seconds: number
}

/**
 * Trains a version in a worker, registers it behind the gate, and puts it in service when it passed and is wanted.
 * @throws CodedError TOO_LITTLE_DATA, JOB_CANCELLED, WORKER_DIED, DISK_FULL, MODEL_BROKEN
 */
export async function runTraining(
  { workers, models, configuration }: RecommendationJobParts,
  request: TrainRequest,
  run: JobRun,
): Promise<TrainResult> {
  const params: TrainParams = trainParams(request, configuration)
  const trained = await workers.run<TrainedRecommendations>(TRAIN_TASK, params, run)
  run.progress({ phase: 'write the model', done: 100, total: 100, unit: '%' })
  const { version, verdict } = await models.add(trained)
  const promoted = verdict.passed && request.promote !== false
  if (promoted) await models.promote(version.version)
  return {
    version: version.version,
    metric: trained.metric,
    value: trained.value,
    verdict: verdict.words,
    passed: verdict.passed,
    promoted,
    seconds: trained.card.seconds,
  }
}

/** @throws CodedError NOTHING_TO_TEST, TOO_LITTLE_DATA, PLACEMENT_NOT_FOUND, JOB_CANCELLED, WORKER_DIED */
export async function runEvaluation(
  { workers, configuration }: Pick<RecommendationJobParts, 'workers' | 'configuration'>,
  request: EvaluateRequest,
  run: JobRun,
): Promise<Evaluation> {
  const params: EvaluateParams = {
    ...trainParams(request, configuration),
    testDays: request.testDays ?? 30,
    ...(request.placement === undefined ? {} : { placement: request.placement }),
  }
  return workers.run<Evaluation>(EVALUATE_TASK, params, run)
}

function trainParams(
  request: { readonly seed?: number; readonly windowDays?: number },
  configuration: Configuration,
): TrainParams {
  return {
    seed: request.seed ?? configuration['training.seed'],
    threads: configuration['training.threads'],
    windowDays: request.windowDays ?? configuration['training.windowDays'],
    validationDays: configuration['training.validationDays'],
    closedFormItems: configuration['training.closedFormItems'],
  }
}
