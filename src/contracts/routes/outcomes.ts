import Type from 'typebox'
import { Language } from '../decision.ts'
import { Experiment, ExperimentDraft } from '../experiment.ts'
import { Id } from '../ids.ts'
import { Job } from '../job.ts'
import { ExperimentReport, OutcomeReport, TouchAnswer, TouchReport } from '../outcome.ts'
import { route } from '../route.ts'

const ById = Type.Object({ id: Id }, { additionalProperties: false })

export const reportTouches = route({
  name: 'reportTouches',
  method: 'POST',
  path: '/v1/outcomes',
  scope: 'open',
  browser: true,
  beacon: true,
  tag: 'outcomes',
  summary: 'Reports what a page showed and what was clicked, by decision tokens. The tokens are the credential.',
  body: TouchReport,
  response: TouchAnswer,
  errors: ['DISK_FULL'],
})

export const outcomeReport = route({
  name: 'outcomeReport',
  method: 'GET',
  path: '/v1/reports/placements',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'What decisions came to, by placement: impressions, clicks, attributed orders and revenue.',
  querystring: Type.Object(
    {
      from: Type.Optional(Type.Integer({ description: 'UTC milliseconds; left out: 30 days before `to`.' })),
      to: Type.Optional(Type.Integer({ description: 'UTC milliseconds, exclusive; left out: now.' })),
    },
    { additionalProperties: false },
  ),
  response: OutcomeReport,
  errors: [],
})

export const rebuildOutcomes = route({
  name: 'rebuildOutcomes',
  method: 'POST',
  path: '/v1/outcomes/rebuild',
  scope: 'admin',
  tag: 'outcomes',
  summary:
    'Counts impressions, clicks and attributed orders again from the log. The job ends with an `OutcomeRebuild`; of a dry run it says what would change, and nothing is written.',
  body: Type.Object({ dryRun: Type.Optional(Type.Boolean({ default: false })) }, { additionalProperties: false }),
  response: Job,
  errors: ['JOB_RUNNING'],
})

export const listExperiments = route({
  name: 'listExperiments',
  method: 'GET',
  path: '/v1/experiments',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'All experiments.',
  response: Type.Object({ experiments: Type.Array(Experiment) }, { additionalProperties: false }),
  errors: [],
})
export const createExperiment = route({
  name: 'createExperiment',
  method: 'POST',
  path: '/v1/experiments',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'Makes a draft of an experiment; it begins when it is started.',
  body: ExperimentDraft,
  response: Experiment,
  errors: ['EXPERIMENT_INVALID', 'PLACEMENT_NOT_FOUND'],
})
export const getExperiment = route({
  name: 'getExperiment',
  method: 'GET',
  path: '/v1/experiments/:id',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'One experiment.',
  params: ById,
  response: Experiment,
  errors: ['EXPERIMENT_NOT_FOUND'],
})
export const changeExperiment = route({
  name: 'changeExperiment',
  method: 'PUT',
  path: '/v1/experiments/:id',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'Changes a draft.',
  params: ById,
  body: ExperimentDraft,
  response: Experiment,
  errors: ['EXPERIMENT_NOT_FOUND', 'EXPERIMENT_STATE', 'EXPERIMENT_INVALID', 'PLACEMENT_NOT_FOUND'],
})
export const removeExperiment = route({
  name: 'removeExperiment',
  method: 'DELETE',
  path: '/v1/experiments/:id',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'Removes a draft.',
  params: ById,
  response: Type.Object({ ok: Type.Literal(true) }, { additionalProperties: false }),
  errors: ['EXPERIMENT_NOT_FOUND', 'EXPERIMENT_STATE'],
})
export const startExperiment = route({
  name: 'startExperiment',
  method: 'POST',
  path: '/v1/experiments/:id/start',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'Starts a draft: from now on visitors are put into its arms.',
  params: ById,
  response: Experiment,
  errors: [
    'EXPERIMENT_NOT_FOUND',
    'EXPERIMENT_STATE',
    'EXPERIMENT_OVERLAP',
    'EXPERIMENT_INVALID',
    'PLACEMENT_NOT_FOUND',
  ],
})
export const stopExperiment = route({
  name: 'stopExperiment',
  method: 'POST',
  path: '/v1/experiments/:id/stop',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'Stops a running experiment for good; its figures stay.',
  params: ById,
  response: Experiment,
  errors: ['EXPERIMENT_NOT_FOUND', 'EXPERIMENT_STATE'],
})
export const experimentReport = route({
  name: 'experimentReport',
  method: 'GET',
  path: '/v1/experiments/:id/report',
  scope: 'admin',
  tag: 'outcomes',
  summary: 'What an experiment shows: first whether its split is sound, then what each arm brought, with intervals.',
  params: ById,
  querystring: Type.Object({ language: Type.Optional(Language) }, { additionalProperties: false }),
  response: ExperimentReport,
  errors: ['EXPERIMENT_NOT_FOUND', 'WORKER_DIED'],
})
