import type { Language, Replay, ReplayObstacle } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { DecisionLog, LoggedDecision } from '../core/decisions/log.ts'
import { decodeRecord, encodeRecord } from '../core/decisions/record.ts'
import type { ModelBundle } from '../core/models/bundle.ts'
import type { ModelRegistry } from '../core/models/registry.ts'
import type { RuleRepository } from '../core/ports.ts'
import { itemsOf } from './answer.ts'
import { type CapturedInputs, readInputs } from './captured.ts'
import { decide } from './decide/decide.ts'
import type { OpenModels } from './decide/models.ts'
import type { Newcomers } from './decide/newcomers.ts'
import { replaySentences } from './reasons/replay-words.ts'

export interface ReplayParts {
  readonly log: Pick<DecisionLog, 'get' | 'inputs'>
  readonly models: Pick<ModelRegistry, 'read'>
  readonly newcomers: Newcomers
  readonly ruleVersions: Pick<RuleRepository, 'byRows'>
  readonly catalog: Pick<Catalog, 'current'>
}

interface Ready extends CapturedInputs {
  readonly models: OpenModels
}

/** Whether a decision can be decided again now; reads its inputs, but decides nothing. */
export async function isReplayable(parts: ReplayParts, logged: LoggedDecision): Promise<boolean> {
  return typeof (await readied(parts, logged)) !== 'string'
}

/**
 * Decides again from what was captured, and compares the records byte by byte. Nothing is logged, shown or reserved.
 * @throws CodedError DECISION_NOT_FOUND
 */
export async function replay(parts: ReplayParts, id: string, language: Language): Promise<Replay> {
  const logged = await parts.log.get(id)
  const { record } = logged
  const before = itemsOf(record, parts.catalog.current, language)
  const ready = await readied(parts, logged)
  if (typeof ready === 'string') {
    const summary = replaySentences('not_replayable', language, ready)
    return { id, outcome: 'not_replayable', obstacle: ready, summary, before, again: [] }
  }
  const { market, anchors, category, unknown, resting, shown, shownSoldOut, experiment, held, captured } = record
  const asked = { market, anchors, category, unknown, resting, shown, shownSoldOut, experiment, held, captured }
  const sections = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
  const bytes = encodeRecord(decide(ready.input, ready.models, record.modelVersion, ready.catalog, sections).record)
  const outcome = Buffer.compare(bytes, encodeRecord(record)) === 0 ? 'identical' : 'different'
  const again = itemsOf(decodeRecord(bytes), parts.catalog.current, language)
  return { id, outcome, summary: replaySentences(outcome, language), before, again }
}

async function readied(parts: ReplayParts, { id, record }: LoggedDecision): Promise<Ready | ReplayObstacle> {
  if (!record.captured) return 'not_captured'
  const bytes = await parts.log.inputs(id)
  if (bytes === undefined) return 'inputs_gone'
  const inputs = await readInputs(bytes, (rows) => parts.ruleVersions.byRows(rows))
  if (typeof inputs === 'string') return inputs
  const bundle = record.modelVersion === null ? undefined : await bundleOf(parts.models, record.modelVersion)
  if (bundle === undefined) return 'model_gone'
  const models = await parts.newcomers.openAsMet(bundle, inputs.met)
  return models === undefined ? 'newcomers_changed' : { ...inputs, models }
}

async function bundleOf(models: Pick<ModelRegistry, 'read'>, version: number): Promise<ModelBundle | undefined> {
  try {
    return (await models.read(version)).models
  } catch (error) {
    if (error instanceof CodedError && (error.code === 'MODEL_NOT_FOUND' || error.code === 'MODEL_BROKEN'))
      return undefined
    throw error
  }
}
