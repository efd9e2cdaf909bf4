import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import type { Benchmark, BenchmarkContext } from '../harness/benchmark.ts'

const TRAIN = join(import.meta.dirname, '../harness/train-synthetic.ts')
const STEPS = [1, 4, 16] as const
/** At 1×; sixteen times of it are 50,000 products, 500,000 shoppers and 20 million lines. */
const UNIT = { products: 3125, shoppers: 31_250, lines: 1_250_000 }
/** As a store has it when nobody has set it. */
const CLOSED_FORM_ITEMS = 4000

/** What `train-synthetic` prints. */
interface Trained {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly residentMb: number
  readonly phases: Readonly<Record<string, number>>
}

/** The whole of the product's training on a generated shop at 1×, 4× and 16×: what a line costs, and the memory. */
export const growthTrain: Benchmark = {
  name: 'growth-train',
  about: 'cost of training per line of history and resident memory, up to 50,000 products and 20 million lines',
  async run(context) {
    const runs: Trained[] = []
    for (const step of STEPS) runs.push(await train(step, context))
    const [first, middle, last] = runs
    if (!first || !middle || !last) throw new Error('A size was not measured.')
    const micros = (run: Trained, step: number) => (run.cpuSeconds * 1e6) / (step * UNIT.lines)
    const between = (less: Trained, more: Trained, lines: number) => ((more.cpuSeconds - less.cpuSeconds) * 1e6) / lines
    return {
      metrics: {
        cpuMicrosPerLineAt1x: micros(first, 1),
        cpuMicrosPerLineAt4x: micros(middle, 4),
        cpuMicrosPerLineAt16x: micros(last, 16),
        growth: micros(last, 16) / micros(first, 1),
        marginalGrowth: between(middle, last, 12 * UNIT.lines) / between(first, middle, 3 * UNIT.lines),
        secondsAt16x: last.seconds,
        residentMbAt1x: first.residentMb,
        residentMbAt4x: middle.residentMb,
        residentMbAt16x: last.residentMb,
      },
      peers: {},
      notes: [
        'All of training: reading, every source with its parameters tried on validation, the blends, replenishment and the last fit. Seconds of the processor, in a process of its own for each size, whose largest resident memory is the figure.',
        'The sources and blends are judged by a bounded number of shoppers, which costs the same at each size up to the length of their lists: growth compares all there is, marginalGrowth what a further line costs from 4× to 16× with what it costs from 1× to 4×.',
        ...runs.map((run, r) => `${STEPS[r]}×: ${slowest(run)}.`),
      ],
    }
  },
}

/** One run at 16×, for the memory that it takes. */
export const trainLarge: Benchmark = {
  name: 'train-large',
  about: 'seconds and resident memory of training on 50,000 products, 500,000 shoppers and 20 million lines',
  async run(context) {
    const run = await train(16, context)
    const { seconds, cpuSeconds, residentMb } = run
    return { metrics: { residentMb, seconds, cpuSeconds }, peers: {}, notes: [`${slowest(run)}.`] }
  },
}

async function train(step: number, { seed, threads, say }: BenchmarkContext): Promise<Trained> {
  const sizes = [UNIT.products, UNIT.shoppers, UNIT.lines].map((size) => step * size)
  say(`training ${sizes[2]} lines of ${sizes[1]} shoppers and ${sizes[0]} products`)
  const args = [...process.execArgv, TRAIN, ...sizes, CLOSED_FORM_ITEMS, seed, threads].map(String)
  const training = promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 })
  createInterface({ input: training.child.stderr ?? Readable.from([]) }).on('line', say)
  const { stdout } = await training
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

function slowest({ phases }: Trained): string {
  return Object.entries(phases)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([phase, seconds]) => `${phase} ${seconds.toFixed(0)} s`)
    .join(', ')
}
