import type { Decision, DecisionRequest, Explanation, Language, Replay } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import type { RuleTrialRequest } from '../contracts/routes/rules.ts'
import type { RuleTrial } from '../contracts/rule.ts'
import type { DecisionLog, MadeDecision } from '../core/decisions/log.ts'
import { type DecodedRecord, decodeRecord, encodeRecord } from '../core/decisions/record.ts'
import type { Rules } from '../core/decisions/rules/rules.ts'
import type { ModelRegistry } from '../core/models/registry.ts'
import type { Experiments } from '../core/outcomes/experiments.ts'
import { type DecisionTokens, itemToken } from '../core/outcomes/tokens.ts'
import type { ProfileRepository, RuleRepository } from '../core/ports.ts'
import { basisOf, itemsOf, rulesIn, shownItems, summaryOf } from './answer.ts'
import { CAPABILITY } from './contracts.ts'
import { createMaking, type MakingParts } from './making.ts'
import { isReplayable, replay } from './replay.ts'
import { tryRule } from './trial.ts'

/** What recommendations stand on; the server puts it together. */
export interface RecommendationParts extends MakingParts {
  readonly models: Pick<ModelRegistry, 'current' | 'read'>
  readonly rules: Rules
  /** Rules as past decisions followed them. */
  readonly ruleVersions: Pick<RuleRepository, 'byRows'>
  /** Names the shoppers of decisions that were made. */
  readonly shoppers: Pick<ProfileRepository, 'byRow'>
  /** Names the experiments of decisions that were made. */
  readonly experiments: Pick<Experiments, 'byRow'>
  readonly tokens: DecisionTokens
  readonly log: DecisionLog
  /** Language of reasons where a request names none. */
  readonly language: Language
  /** Lets other work be done in the middle of a long one. */
  readonly pause: () => Promise<void>
}

/** The only door to this capability. */
export interface Recommendations {
  /**
   * One decision for each request, in their order, each logged before it is answered.
   *
   * @param options.globalPrivacyControl the shopper's browser objects: nothing of the past is used
   * @throws CodedError NO_MODEL, PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, PLACEMENT_NOT_FOUND,
   *   BAD_REQUEST; then nothing is logged
   */
  recommend(
    requests: readonly DecisionRequest[],
    options: { readonly globalPrivacyControl: boolean },
  ): Promise<Decision[]>
  /**
   * Why a decision came out as it did, from its record alone: products that were deleted since are still named. The
   * shopper is named by the profile's own id, whatever id was asked for, and not at all once the profile is erased.
   * @throws CodedError DECISION_NOT_FOUND
   */
  explain(id: string, language?: Language): Promise<Explanation>
  /** Decides again from captured inputs, and compares. @throws CodedError DECISION_NOT_FOUND */
  replay(id: string, language?: Language): Promise<Replay>
  /** What a rule would have changed in past decisions; changes nothing. @throws CodedError RULE_INVALID, NO_MODEL */
  tryRule(request: RuleTrialRequest): Promise<RuleTrial>
}

export function createRecommendations(parts: RecommendationParts): Recommendations {
  const making = createMaking(parts)
  /** What a decision says of its experiment; no name where the experiment was removed. */
  const experimentOf = ({ experiment: mark, held }: DecodedRecord): Pick<Decision, 'experiment' | 'holdout'> => {
    const found = mark && parts.experiments.byRow(mark.experiment)?.experiment
    const arm = mark && found?.arms[mark.arm]
    return {
      ...(found === undefined
        ? {}
        : { experiment: { id: found.id, name: found.name, ...(arm === undefined ? {} : { arm: arm.name }) } }),
      ...(held ? { holdout: true } : {}),
    }
  }
  const shopperOf = async (profile: number | undefined): Promise<string | undefined> =>
    profile === undefined ? undefined : (await parts.shoppers.byRow(profile))?.id
  return {
    async recommend(requests, { globalPrivacyControl }) {
      if (!parts.models.current) throw new CodedError('NO_MODEL', { model: CAPABILITY })
      const made: MadeDecision[] = []
      for (const request of requests) made.push(await making.make(request, globalPrivacyControl))
      const ids = await parts.log.append(made)
      const catalog = parts.catalog.current
      return made.map(({ at, placement, record }, d): Decision => {
        const { profile, language = parts.language } = requests[d] ?? {}
        // Told from what was kept, so that an explanation later says the same.
        const kept = decodeRecord(encodeRecord(record))
        const id = ids[d] ?? ''
        const items = kept.held
          ? []
          : kept.shown
            ? shownItems(kept, catalog, language)
            : itemsOf(kept, catalog, language)
        // What the store chose by itself is no outcome of the decision.
        const token = items.length === 0 || kept.shown ? undefined : parts.tokens.issue(id, items.length, at)
        return {
          id,
          placement,
          ...(profile === undefined ? {} : { profile }),
          ...basisOf(record),
          at,
          modelVersion: record.modelVersion,
          items:
            token === undefined ? items : items.map((item) => ({ ...item, token: itemToken(token, item.position) })),
          refused: { ...record.refused },
          ...(token === undefined ? {} : { token }),
          ...(kept.shown ? { shadow: true } : {}),
          ...experimentOf(kept),
        }
      })
    },
    async explain(id, language = parts.language) {
      const logged = await parts.log.get(id)
      const { at, placement, record, profile, attempts } = logged
      const shopper = await shopperOf(profile)
      const names = await parts.rules.names(rulesIn(record))
      const decision: Decision = {
        id,
        placement,
        ...(shopper === undefined ? {} : { profile: shopper }),
        ...basisOf(record),
        at,
        modelVersion: record.modelVersion,
        items: itemsOf(record, parts.catalog.current, language),
        refused: { ...record.refused },
        ...(record.shown ? { shadow: true } : {}),
        ...experimentOf(record),
      }
      const summary = summaryOf(decision, record, names, attempts?.length ?? 0, language)
      return { decision, seed: record.seed, summary, replayable: await isReplayable(parts, logged) }
    },
    replay: (id, language = parts.language) => replay(parts, id, language),
    tryRule: (request) =>
      tryRule(
        {
          ...parts,
          decisions: parts.log,
          serving: making.serving,
          async viewOf(profile, now) {
            const id = await shopperOf(profile)
            if (id === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile: String(profile) })
            return parts.profiles.read(id, { purpose: 'personalisation', optedOut: false, now })
          },
        },
        request,
      ),
  }
}
