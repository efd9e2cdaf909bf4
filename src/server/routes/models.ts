import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { getModel, listModels, promoteModel, rollBackModel } from '../../contracts/routes/engine.ts'
import type { ModelRegistry } from '../../core/models/registry.ts'
import type { ModelRepository } from '../../core/ports.ts'

export function modelRoutes(models: ModelRepository, registry: ModelRegistry): RouteHandler[] {
  return [
    handle(listModels, async () => ({ models: await models.list() })),
    handle(getModel, async ({ params: { version } }) => {
      const found = await models.get(version)
      if (found === undefined) throw new CodedError('MODEL_NOT_FOUND', { version })
      return found
    }),
    handle(promoteModel, ({ params: { version }, body: { force = false } }) => registry.promote(version, { force })),
    handle(rollBackModel, () => registry.rollBack()),
  ]
}
