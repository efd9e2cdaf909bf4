import process from 'node:process'
import { trainRecommendations } from '../../src/recommendations/training.ts'
import { syntheticReader } from './synthetic-shop.ts'

/*
 * A process of its own for one training run, so that its memory is the run's: sizes in, figures out as one line.
 */

const [products = 0, shoppers = 0, lines = 0, closedFormItems = 0, seed = 0, threads = 1] = process.argv
  .slice(2)
  .map(Number)
const began = performance.now()
const phases = new Map<string, number>()
let phase = 'start'
let since = began
const enter = (next: string): void => {
  const now = performance.now()
  const seconds = (now - since) / 1000
  phases.set(phase, (phases.get(phase) ?? 0) + seconds)
  process.stderr.write(`${phase}: ${seconds.toFixed(1)} s, at most ${residentMb().toFixed(0)} MB so far\n`)
  phase = next
  since = now
}
/** The largest resident memory up to now. */
function residentMb(): number {
  return process.resourceUsage().maxRSS / 1000
}

const { card, value } = await trainRecommendations(
  syntheticReader({ products, shoppers, lines, seed }),
  { seed, threads, windowDays: 0, validationDays: 14, closedFormItems },
  {
    signal: new AbortController().signal,
    clock: () => Date.now(),
    progress: (report) => {
      if (report.phase !== phase) enter(report.phase)
    },
  },
)
enter('end')
process.stdout.write(
  `${JSON.stringify({
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: process.cpuUsage().user / 1e6,
    residentMb: residentMb(),
    value,
    phases: Object.fromEntries(phases),
    sources: Object.fromEntries(card.sources.map(({ name, seconds }) => [name, seconds])),
  })}\n`,
)
