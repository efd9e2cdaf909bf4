import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { listRules, putRule, removeRule } from '../../contracts/routes/rules.ts'
import type { RuleEntry } from '../../contracts/rule.ts'
import type { Catalog } from '../../core/catalog/catalog.ts'
import type { Reservations } from '../../core/decisions/reservations.ts'
import type { Rules } from '../../core/decisions/rules/rules.ts'
import type { Clock } from '../../core/ports.ts'

export interface RuleRouteParts {
  readonly rules: Rules
  readonly reservations: Reservations
  readonly catalog: Catalog
  readonly clock: Clock
}

export function ruleRoutes({ rules, reservations, catalog, clock }: RuleRouteParts): RouteHandler[] {
  const entries = async (): Promise<RuleEntry[]> => {
    await catalog.refresh()
    const now = clock()
    const found = rules.entries(now, catalog.current)
    return Promise.all(
      found.map(async (entry) =>
        entry.rule.effect.limit === undefined
          ? entry
          : { ...entry, usedToday: await reservations.usedToday(entry.rule.name, now) },
      ),
    )
  }
  return [
    handle(listRules, async () => ({ rules: await entries() })),
    handle(putRule, async ({ body }) => {
      await rules.put(body)
      const entry = (await entries()).find(({ rule }) => rule.name === body.name)
      // Somebody removed it in the meantime.
      if (entry === undefined) throw new CodedError('RULE_NOT_FOUND', { rule: body.name })
      return entry
    }),
    handle(removeRule, async ({ params: { name } }) => {
      await rules.remove(name)
      return { ok: true as const }
    }),
  ]
}
