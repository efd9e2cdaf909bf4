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
import type { Clock, RandomBytes } from '../core/ports.ts'
import type { ProfileReader } from '../core/profiles/reader.ts'
import { askedOf } from './asked.ts'
import { captureInputs, LARGEST_SCOPE } from './captured.ts'
import { CAPABILITY } from './contracts.ts'
import type { Scope } from './decide/candidates.ts'
import { type DecideInput, decide } from './decide/decide.ts'
import type { OpenModels } from './decide/models.ts'
import type { MetProducts, Newcomers } from './decide/newcomers.ts'

/** What decisions are made from. */
export interface MakingParts {
  readonly catalog: Catalog
  /** Acquaints models with products that came after training. */
  readonly newcomers: Newcomers
  readonly profiles: ProfileReader
  readonly placements: Placements
  /** Puts visitors into the arms of experiments. */
  readonly assigner: Assigner
  readonly rules: Pick<Rules, 'current'>
  readonly reservations: Pick<Reservations, 'resting' | 'reserve'>
  readonly models: Pick<ModelRegistry, 'current'>
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  /** Share of decisions whose inputs are kept. */
  readonly captureShare: number
}

/** What answers now: one model and one catalogue for the whole of a decision. */
export interface Serving {
  readonly catalog: CatalogSnapshot
  readonly models: OpenModels
  readonly version: number
  readonly met: MetProducts
}

export interface Making {
  /** Stock, prices and new products as they are now. @throws CodedError NO_MODEL */
  serving(): Promise<Serving>
  /**
   * One decision, not logged yet; what it must spend is reserved.
   * @throws CodedError NO_MODEL, PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, PLACEMENT_NOT_FOUND,
   *   BAD_REQUEST
   */
  make(request: DecisionRequest, globalPrivacyControl: boolean): Promise<MadeDecision>
}

export function createMaking(parts: MakingParts): Making {
  const { newcomers } = parts
  const serving = async (): Promise<Serving> => {
    await parts.catalog.refresh()
    if (parts.models.current) await newcomers.meet(parts.models.current.models, parts.catalog.current)
    // Asked after the last wait, so that model and catalogue are of one moment.
    const loaded = parts.models.current
    if (!loaded) throw new CodedError('NO_MODEL', { model: CAPABILITY })
    const { version } = loaded.version
    const { models: bundle } = loaded
    return { catalog: parts.catalog.current, models: newcomers.open(bundle), version, met: newcomers.metBy(bundle) }
  }

  /** Decides, and decides again without what its limits do not allow, until all that is spent is held. */
  const reserved = async (
    input: Omit<DecideInput, 'resting'>,
    sections: Sections,
    { models, version, catalog, met }: Serving,
  ): Promise<Pick<MadeDecision, 'record' | 'attempts' | 'reserved' | 'id' | 'inputs'>> => {
    const attempts: DecisionRecord[] = []
    let resting = parts.reservations.resting(input.rules?.rules ?? [], input.now)
    let id: string | undefined
    for (;;) {
      const asked = resting.size === 0 ? sections : { ...sections, resting: [...resting] }
      const { record, spends, considered } = decide({ ...input, resting }, models, version, catalog, asked)
      const inputs = sections.captured ? { inputs: captureInputs({ ...input, resting }, considered, met, catalog) } : {}
      // A ghost of a holdout and a list in the shadow are shown to nobody and spend nothing.
      if (spends.length === 0 || sections.held || sections.shown)
        return { record, ...inputs, ...(id === undefined ? {} : { id, attempts }) }
      id ??= uuidv7(input.now, parts.randomBytes)
      const refused = await parts.reservations.reserve(id, spends, input.now)
      if (refused.size === 0) return { record, ...inputs, id, attempts, reserved: true }
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
      const captured = isCaptured(request, asked.scope, parts) ? { captured: true as const } : {}
      const made = await reserved(input, { ...sections, ...assigned?.sections, ...captured }, served)
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

/** Drawn apart from the decision's own seed, so that what is captured says nothing of what was drawn. */
function isCaptured(
  { capture }: DecisionRequest,
  scope: Scope,
  { captureShare, randomBytes }: Pick<MakingParts, 'captureShare' | 'randomBytes'>,
): boolean {
  if (scope.kind === 'category' && scope.rows.length > LARGEST_SCOPE) return false
  return capture ?? (captureShare > 0 && drawSeed(randomBytes) < captureShare * 2 ** 32)
}
