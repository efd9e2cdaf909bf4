import type { DecisionRequest } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import { uuidv7 } from '../contracts/ids.ts'
import type { Placement } from '../contracts/placement.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { MadeDecision } from '../core/decisions/log.ts'
import type { Placements } from '../core/decisions/placements.ts'
import { drawSeed } from '../core/decisions/random.ts'
import type { DecisionRecord } from '../core/decisions/record.ts'
import type { Sections } from '../core/decisions/record-sections.ts'
import type { Reservations } from '../core/decisions/reservations.ts'
import type { Rules } from '../core/decisions/rules/rules.ts'
import type { ModelRegistry } from '../core/models/registry.ts'
import type { Assigner } from '../core/outcomes/assign.ts'
import type { CatalogRepository, Clock, RandomBytes } from '../core/ports.ts'
import type { ProfileReader } from '../core/profiles/reader.ts'
import { askedOf } from './asked.ts'
import { CAPABILITY } from './contracts.ts'
import { type DecideInput, decide } from './decide/decide.ts'
import type { OpenModels } from './decide/models.ts'
import { Newcomers } from './decide/newcomers.ts'

/** What decisions are made from. */
export interface MakingParts {
  readonly catalog: Catalog
  /** Tells what products are that came after training. */
  readonly products: Pick<CatalogRepository, 'byRows'>
  readonly profiles: ProfileReader
  readonly placements: Placements
  /** Puts visitors into the arms of experiments. */
  readonly assigner: Assigner
  readonly rules: Pick<Rules, 'current'>
  readonly reservations: Pick<Reservations, 'resting' | 'reserve'>
  readonly models: Pick<ModelRegistry, 'current'>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

/** What answers now: one model and one catalogue for the whole of a decision. */
export interface Serving {
  readonly catalog: CatalogSnapshot
  readonly models: OpenModels
  readonly version: number
}

export interface Making {
  /** Stock, prices and new products as they are now. @throws CodedError NO_MODEL */
  serving(): Promise<Serving>
  /**
   * One decision, not logged yet; what it must spend is reserved.
   * @throws CodedError NO_MODEL, PROFILE_NOT_FOUND, PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, PLACEMENT_NOT_FOUND,
   *   BAD_REQUEST
   */
  make(request: DecisionRequest, globalPrivacyControl: boolean): Promise<MadeDecision>
}

export function createMaking(parts: MakingParts): Making {
  const newcomers = new Newcomers(parts.products)
  const serving = async (): Promise<Serving> => {
    await parts.catalog.refresh()
    if (parts.models.current) await newcomers.meet(parts.models.current.models, parts.catalog.current)
    // Asked after the last wait, so that model and catalogue are of one moment.
    const loaded = parts.models.current
    if (!loaded) throw new CodedError('NO_MODEL', { model: CAPABILITY })
    const { version } = loaded.version
    return { catalog: parts.catalog.current, models: newcomers.open(loaded.models), version }
  }

  /** Decides, and decides again without what its limits do not allow, until all that is spent is held. */
  const reserved = async (
    input: Omit<DecideInput, 'resting'>,
    sections: Sections,
    { models, version, catalog }: Serving,
  ): Promise<Pick<MadeDecision, 'record' | 'attempts' | 'reserved' | 'id'>> => {
    const attempts: DecisionRecord[] = []
    let resting = parts.reservations.resting(input.rules?.rules ?? [], input.now)
    let id: string | undefined
    for (;;) {
      const asked = resting.size === 0 ? sections : { ...sections, resting: [...resting] }
      const { record, spends } = decide({ ...input, resting }, models, version, catalog, asked)
      // A ghost of a holdout is shown to nobody and spends nothing.
      if (spends.length === 0 || sections.held) return { record, ...(id === undefined ? {} : { id, attempts }) }
      id ??= uuidv7(parts.clock(), parts.randomBytes)
      const refused = await parts.reservations.reserve(id, spends, input.now)
      if (refused.size === 0) return { record, id, attempts, reserved: true }
      attempts.push(record)
      resting = new Set([...resting, ...refused])
    }
  }

  return {
    serving,
    async make(request, globalPrivacyControl) {
      const placement: Placement = parts.placements.get(request.placement ?? 'home')
      const now = parts.clock()
      const optedOut = globalPrivacyControl || request.personalise === false
      const view = await parts.profiles.read(request.profile, { purpose: 'personalisation', optedOut, now })
      const assigned = await parts.assigner.assign(placement, request.profile, { optedOut, now })
      const served = await serving()
      const { sections, ...asked } = askedOf(request, placement, served.catalog)
      const rules = parts.rules.current.plan(placement.name, asked.market, now, served.catalog)
      const seed = request.seed ?? drawSeed(parts.randomBytes)
      const input = { view, placement: assigned?.placement ?? placement, ...asked, now, seed, rules }
      const made = await reserved(input, { ...sections, ...assigned?.sections }, served)
      return {
        at: now,
        placement: placement.name,
        ...made,
        ...(assigned?.assignment === undefined ? {} : { assignment: assigned.assignment }),
        ...(view.basis === 'personalised' ? { profile: view.profile } : {}),
      }
    },
  }
}
