import type { Decision, DecisionRequest, Explanation, Language } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { DecisionLog } from '../core/decisions/log.ts'
import type { Placements } from '../core/decisions/placements.ts'
import { drawSeed } from '../core/decisions/random.ts'
import { type DecisionRecord, type DecodedRecord, decodeRecord, encodeRecord } from '../core/decisions/record.ts'
import type { ModelRegistry } from '../core/models/registry.ts'
import type { Assigner } from '../core/outcomes/assign.ts'
import type { Experiments } from '../core/outcomes/experiments.ts'
import { type DecisionTokens, itemToken } from '../core/outcomes/tokens.ts'
import type { Assignment, CatalogRepository, Clock, ProfileRepository, ProfileRow, RandomBytes } from '../core/ports.ts'
import type { ProfileReader } from '../core/profiles/reader.ts'
import { itemsOf, summaryOf } from './answer.ts'
import { askedOf } from './asked.ts'
import { CAPABILITY } from './contracts.ts'
import { decide } from './decide/decide.ts'
import type { OpenModels } from './decide/models.ts'
import { Newcomers } from './decide/newcomers.ts'

/** What recommendations stand on; the server puts it together. */
export interface RecommendationParts {
  readonly catalog: Catalog
  /** Tells what products are that came after training. */
  readonly products: Pick<CatalogRepository, 'byRows'>
  readonly profiles: ProfileReader
  /** Names the shoppers of decisions that were made. */
  readonly shoppers: Pick<ProfileRepository, 'byRow'>
  readonly placements: Placements
  /** Puts visitors into the arms of experiments. */
  readonly assigner: Assigner
  /** Names the experiments of decisions that were made. */
  readonly experiments: Pick<Experiments, 'byRow'>
  readonly tokens: DecisionTokens
  readonly models: Pick<ModelRegistry, 'current'>
  readonly log: DecisionLog
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Language of reasons where a request names none. */
  readonly language: Language
}

/** The only door to this capability. */
export interface Recommendations {
  /**
   * One decision for each request, in their order, each logged before it is answered.
   *
   * @param options.globalPrivacyControl the shopper's browser objects: nothing of the past is used
   * @throws CodedError NO_MODEL, PROFILE_NOT_FOUND, PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, PLACEMENT_NOT_FOUND,
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
}

export function createRecommendations(parts: RecommendationParts): Recommendations {
  const newcomers = new Newcomers(parts.products)
  const serving = (): { models: OpenModels; version: number } => {
    const loaded = parts.models.current
    if (!loaded) throw new CodedError('NO_MODEL', { model: CAPABILITY })
    return { models: newcomers.open(loaded.models), version: loaded.version.version }
  }
  const decideOne = async (request: DecisionRequest, globalPrivacyControl: boolean): Promise<Made> => {
    const placement = parts.placements.get(request.placement ?? 'home')
    const catalog = parts.catalog.current
    const { sections, ...asked } = askedOf(request, placement, catalog)
    const now = parts.clock()
    const optedOut = globalPrivacyControl || request.personalise === false
    const view = await parts.profiles.read(request.profile, { purpose: 'personalisation', optedOut, now })
    const assigned = await parts.assigner.assign(placement, request.profile, { optedOut, now })
    if (parts.models.current) await newcomers.meet(parts.models.current.models, catalog)
    // Asked after the last wait, so that one model and one catalogue answer the whole decision.
    const { models, version } = serving()
    const record = decide(
      {
        view,
        placement: assigned?.placement ?? placement,
        ...asked,
        now,
        seed: request.seed ?? drawSeed(parts.randomBytes),
      },
      models,
      version,
      catalog,
      assigned === undefined ? sections : { ...sections, ...assigned.sections },
    )
    return {
      request,
      at: now,
      placement: placement.name,
      record,
      ...(assigned?.assignment === undefined ? {} : { assignment: assigned.assignment }),
      ...(view.basis === 'personalised' ? { profile: view.profile } : {}),
    }
  }
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
  return {
    async recommend(requests, { globalPrivacyControl }) {
      serving()
      // Stock and prices are those of now, whoever changed them.
      await parts.catalog.refresh()
      const made: Made[] = []
      for (const request of requests) made.push(await decideOne(request, globalPrivacyControl))
      const ids = await parts.log.append(made.map(({ request: _, ...decision }) => decision))
      const catalog = parts.catalog.current
      return made.map(({ request, at, placement, record }, d): Decision => {
        // Told from what was kept, so that an explanation later says the same.
        const kept = decodeRecord(encodeRecord(record))
        const id = ids[d] ?? ''
        const items = kept.held ? [] : itemsOf(kept, catalog, request.language ?? parts.language)
        const token = items.length === 0 ? undefined : parts.tokens.issue(id, items.length, at)
        return {
          id,
          placement,
          ...(request.profile === undefined ? {} : { profile: request.profile }),
          basis: record.basis,
          at,
          modelVersion: record.modelVersion,
          items:
            token === undefined ? items : items.map((item) => ({ ...item, token: itemToken(token, item.position) })),
          refused: { ...record.refused },
          ...(token === undefined ? {} : { token }),
          ...experimentOf(kept),
        }
      })
    },
    async explain(id, language = parts.language) {
      const { at, placement, record, profile } = await parts.log.get(id)
      const shopper = profile === undefined ? undefined : await parts.shoppers.byRow(profile)
      const decision: Decision = {
        id,
        placement,
        ...(shopper === undefined ? {} : { profile: shopper.id }),
        basis: record.basis,
        at,
        modelVersion: record.modelVersion,
        items: itemsOf(record, parts.catalog.current, language),
        refused: { ...record.refused },
        ...experimentOf(record),
      }
      return { decision, seed: record.seed, summary: summaryOf(decision, record, language), replayable: false }
    },
  }
}

interface Made {
  readonly request: DecisionRequest
  readonly at: number
  readonly placement: string
  readonly record: DecisionRecord
  readonly profile?: ProfileRow
  readonly assignment?: Assignment
}
