import { handle, type RouteHandler } from '../contracts/route.ts'
import { explainDecision, recommend, replayDecision } from '../contracts/routes/decisions.ts'
import { tryRule } from '../contracts/routes/rules.ts'
import type { Recommendations } from './facade.ts'

export function recommendationRoutes(recommendations: Recommendations): RouteHandler[] {
  return [
    handle(recommend, async ({ body, globalPrivacyControl }) => ({
      decisions: await recommendations.recommend(body.requests, { globalPrivacyControl }),
    })),
    handle(explainDecision, ({ params, query }) => recommendations.explain(params.id, query.language)),
    handle(replayDecision, ({ params, query }) => recommendations.replay(params.id, query.language)),
    handle(tryRule, ({ body }) => recommendations.tryRule(body)),
  ]
}
