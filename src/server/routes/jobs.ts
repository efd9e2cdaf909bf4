import { handle, type RouteHandler } from '../../contracts/route.ts'
import { cancelJob, getJob } from '../../contracts/routes/engine.ts'
import type { JobRunner } from '../jobs/runner.ts'

export function jobRoutes(runner: JobRunner): RouteHandler[] {
  return [
    handle(getJob, ({ params }) => runner.get(params.id)),
    handle(cancelJob, ({ params }) => runner.cancel(params.id)),
  ]
}
