import { handle, type RouteHandler } from '../../contracts/route.ts'
import { listPlacements, putPlacement } from '../../contracts/routes/engine.ts'
import type { Placements } from '../../core/decisions/placements.ts'

export function placementRoutes(placements: Placements): RouteHandler[] {
  return [
    handle(listPlacements, async () => ({ placements: [...placements.all()] })),
    handle(putPlacement, async ({ body }) => {
      await placements.put(body)
      return body
    }),
  ]
}
