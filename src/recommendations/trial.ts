import type { Language } from '../contracts/decision.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Placement } from '../contracts/placement.ts'
import type { RuleTrialRequest } from '../contracts/routes/rules.ts'
import type { RuleTrial } from '../contracts/rule.ts'
import { DEFAULT_MARKET } from '../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import type { DecisionLog, LoggedDecision } from '../core/decisions/log.ts'
import type { Placements } from '../core/decisions/placements.ts'
import type { DecisionRecord } from '../core/decisions/record.ts'
import type { RulePlan } from '../core/decisions/rules/rule-set.ts'
import type { Rules } from '../core/decisions/rules/rules.ts'
import type { ProductRow, ProfileRow } from '../core/ports.ts'
import { contextual, type ProfileView } from '../core/profiles/consent.ts'
import type { Scope } from './decide/candidates.ts'
import { type DecideInput, decide } from './decide/decide.ts'
import type { Serving } from './making.ts'
import { TrialTally } from './trial-tally.ts'

const DAY = 86_400_000
const SAMPLE = 200
const DAYS = 7

export interface TrialParts {
  readonly rules: Pick<Rules, 'tried'>
  readonly placements: Pick<Placements, 'all'>
  readonly decisions: Pick<DecisionLog, 'sample'>
  /** @throws CodedError PROFILE_NOT_FOUND */
  readonly viewOf: (profile: ProfileRow, now: number) => Promise<ProfileView>
  /** The catalogue and the models that serve now. @throws CodedError NO_MODEL */
  readonly serving: () => Promise<Serving>
  readonly clock: () => number
  readonly language: Language
  /** Lets requests be answered between two decisions of the trial. */
  readonly pause: () => Promise<void>
}

/** Why a past decision cannot be decided again. */
type Skip = 'placement_gone' | 'list_not_kept' | 'shopper_gone' | 'category_gone'

/**
 * Decides past traffic twice on what is known now, without and with a rule: the same shoppers, pages and random
 * draws, today's models, profiles and stock. Nothing is logged and nothing reserved.
 *
 * @throws CodedError RULE_INVALID, NO_MODEL
 */
export async function tryRule(parts: TrialParts, request: RuleTrialRequest): Promise<RuleTrial> {
  const { rule, sample = SAMPLE, days = DAYS, language = parts.language } = request
  const { without, with: changed, row } = parts.rules.tried(rule)
  const now = parts.clock()
  const window = { from: now - days * DAY, to: now + 1, ...(rule.placements ? { placements: rule.placements } : {}) }
  const logged = await parts.decisions.sample(window, sample)
  const tally = new TrialTally(rule, row)
  for (const decision of logged) {
    // Asked anew for each, so that one catalogue and one model decide both times.
    const { catalog, models, version } = await parts.serving()
    const input = await inputOf(decision, parts, catalog, now)
    if (typeof input === 'string') tally.skip(input)
    else {
      const { placement, market } = input
      const decided = (rules: RulePlan | undefined): DecisionRecord =>
        decide({ ...input, rules }, models, version, catalog).record
      const after = changed.plan(placement.name, market, now, catalog)
      const before = decided(without.plan(placement.name, market, now, catalog))
      tally.compare(placement.name, before, decided(after), after, { catalog, market, now })
    }
    await parts.pause()
  }
  return tally.report((await parts.serving()).catalog, language)
}

async function inputOf(
  { placement: name, profile, record }: LoggedDecision,
  parts: TrialParts,
  catalog: CatalogSnapshot,
  now: number,
): Promise<Omit<DecideInput, 'rules'> | Skip> {
  const placement = parts.placements.all().find((one) => one.name === name)
  if (placement === undefined) return 'placement_gone'
  const scope = scopeOf(placement, record.category, catalog)
  if (typeof scope === 'string') return scope
  const view = profile === undefined ? contextual(record.cause ?? 'first_visit') : await viewOf(profile, parts, now)
  if (view === undefined) return 'shopper_gone'
  const anchors: readonly ProductRow[] = record.anchors ?? []
  const { limit, market = DEFAULT_MARKET, seed } = record
  return { view, placement, anchors, scope, excluded: [], limit, market, now, seed, resting: new Set() }
}

/** The order in which the store sent a list is kept only with captured inputs. */
function scopeOf(placement: Placement, category: string | undefined, catalog: CatalogSnapshot): Scope | Skip {
  if (placement.anchor === 'list') return 'list_not_kept'
  if (category === undefined) return { kind: 'catalogue' }
  const rows = catalog.under(category)
  return rows.length === 0 ? 'category_gone' : { kind: 'category', rows }
}

async function viewOf(profile: ProfileRow, parts: TrialParts, now: number): Promise<ProfileView | undefined> {
  try {
    return await parts.viewOf(profile, now)
  } catch (error) {
    if (error instanceof CodedError && error.code === 'PROFILE_NOT_FOUND') return undefined
    throw error
  }
}
