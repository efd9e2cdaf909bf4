import { addApiKey, removeApiKey, useApiKey } from './api-keys.ts'
import { markBot } from './bots.ts'
import { reserveBudgets, settleReservations } from './budgets.ts'
import { deleteProducts, resolveProducts, upsertProducts } from './catalog-writes.ts'
import { appendDecisions } from './decisions.ts'
import { eraseProfile } from './erase.ts'
import { takeEvents } from './event-intake.ts'
import { addExperiment, removeExperiment, updateExperiment } from './experiments.ts'
import { linkProfiles, unlinkProfiles } from './identity-links.ts'
import { addImportProblems, beginImport, finishFile, updateImport } from './imports.ts'
import { changeJob, createJob, interruptJobs } from './jobs.ts'
import { addModel, forgetModels, promoteModel, reserveModelVersion, rollBackModel } from './models.ts'
import { expireTouches } from './outcome-retention.ts'
import { advanceOutcomes, restartOutcomes, settleOutcomes, settleOutcomesBy } from './outcome-writes.ts'
import { putPlacement } from './placements.ts'
import { resolveProfiles, writeConsents, writeStates } from './profile-writes.ts'
import { expireDecisions, expireJobs, expireRawMessages } from './retention.ts'
import { putRule, removeRule } from './rules.ts'
import {
  addWebhook,
  claimDeliveries,
  disableWebhook,
  enableWebhook,
  endEarly,
  endLeases,
  expireDeliveries,
  forgetSecrets,
  removeWebhook,
  rotateWebhook,
  settleDelivery,
} from './webhooks.ts'
import type { WriteContext } from './writing.ts'

/** Keys are looked up where they are written: the young ones are known there only, and in the order of the writes. */
function knownKeys(
  { eventKeys }: WriteContext,
  { source, keys }: { source: string; keys: readonly string[] },
): Uint8Array {
  return Uint8Array.from(keys, (key) => (eventKeys.has(source, key) ? 1 : 0))
}

/** Everything that the writer's thread can be asked to do inside a transaction. */
export const WRITES = {
  takeEvents,
  knownKeys,
  resolveProducts,
  upsertProducts,
  deleteProducts,
  resolveProfiles,
  writeStates,
  writeConsents,
  markBot,
  linkProfiles,
  unlinkProfiles,
  eraseProfile,
  reserveModelVersion,
  addModel,
  promoteModel,
  forgetModels,
  rollBackModel,
  appendDecisions,
  reserveBudgets,
  settleReservations,
  putPlacement,
  addExperiment,
  updateExperiment,
  removeExperiment,
  putRule,
  removeRule,
  advanceOutcomes,
  settleOutcomes,
  settleOutcomesBy,
  restartOutcomes,
  createJob,
  changeJob,
  interruptJobs,
  beginImport,
  updateImport,
  addImportProblems,
  finishFile,
  addApiKey,
  removeApiKey,
  useApiKey,
  addWebhook,
  removeWebhook,
  rotateWebhook,
  forgetSecrets,
  enableWebhook,
  disableWebhook,
  claimDeliveries,
  endLeases,
  endEarly,
  settleDelivery,
  expireDeliveries,
  expireTouches,
  expireDecisions,
  expireRawMessages,
  expireJobs,
} as const

export type Writes = typeof WRITES
export type WriteName = keyof Writes
export type WriteArgument<Name extends WriteName> = Parameters<Writes[Name]>[1]
export type WriteResult<Name extends WriteName> = ReturnType<Writes[Name]>
