import type { Client, Job } from '@storemind/client'
import { errorBody } from '../contracts/errors.ts'
import type { Context, GlobalOptions } from './context.ts'
import { progressView } from './output/progress.ts'
import { ReportedError } from './reported-error.ts'

const POLL_MILLIS = 150

/**
 * Starts a job and waits for it, showing how far it is. Ctrl-C asks the job to stop at the next safe point.
 * @throws ReportedError the job's own error; JOB_CANCELLED when it was stopped
 */
export async function runJob(
  context: Context,
  options: GlobalOptions,
  client: Client,
  start: () => Promise<Job>,
): Promise<Job> {
  const view = progressView(
    { isTTY: context.terminal.errIsTTY, write: (text) => context.terminal.err(text) },
    context.clock,
  )
  let job = await start()
  let cancelled = false
  while (job.endedAt === undefined) {
    if (context.signal.aborted && !cancelled) {
      cancelled = true
      view.end()
      context.terminal.err('Stopping at the next safe point …\n')
      await client.cancelJob({ id: job.id })
    }
    if (!options.json || context.terminal.errIsTTY) view.show(job.progress)
    await context.wait(POLL_MILLIS)
    job = await client.getJob({ id: job.id })
  }
  view.end()
  // A job that a dying process left behind has an end but no error of its own.
  if (job.status !== 'succeeded') throw new ReportedError(job.error ?? errorBody('JOB_CANCELLED', { kind: job.kind }))
  return job
}
