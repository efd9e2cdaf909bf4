import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figures } from './harness/benchmark.ts'
import { type Chart, type Series, svg } from './harness/chart.ts'

export const RESULTS = join(import.meta.dirname, 'results')

/** A run as `--save` keeps it. */
export interface StoredResult {
  readonly name: string
  readonly metrics: Figures
  readonly peers: Readonly<Record<string, Figures>>
  readonly machine: string
  readonly date: string
}

/** Draws what stored results have; returns the files that were written. */
export function drawPlots(folder = RESULTS): string[] {
  return Object.entries(PLOTS).flatMap(([file, { of, chart }]) => {
    const path = join(folder, `${of}.json`)
    if (!existsSync(path)) return []
    const result: StoredResult = JSON.parse(readFileSync(path, 'utf8'))
    const to = join(folder, file)
    writeFileSync(to, svg(chart(result)))
    return [to]
  })
}

const PLOTS: Readonly<Record<string, { of: string; chart: (result: StoredResult) => Chart }>> = {
  'quality-against-time.svg': {
    of: 'ials-curve',
    chart: (result) => ({
      title: 'Quality against training time: gowalla, 1, 2, 4, 8 and 16 epochs, 2 threads',
      x: { label: 'seconds of training, preparation included', logarithmic: true },
      y: { label: 'NDCG@20 on the test' },
      series: sides(result).flatMap(([name, figures]) =>
        ['64', '128'].map((d) => curve(`${name}, ${d} factors`, figures, d)),
      ),
    }),
  },
  'training-cost-against-size.svg': {
    of: 'growth-train',
    chart: ({ metrics }) => ({
      title: 'Cost of a line against the size of the store: training everything',
      x: { label: 'lines of history', logarithmic: true, ticks: SIZES },
      y: { label: 'microseconds of the processor a line' },
      series: [
        { name: 'Storemind', points: bySize(metrics, 'cpuMicrosPerLine') },
        bar('1.3 times the smallest', 1.3 * (metrics['cpuMicrosPerLineAt1x'] ?? Number.NaN)),
      ],
    }),
  },
  'training-memory-against-size.svg': {
    of: 'growth-train',
    chart: ({ metrics }) => ({
      title: 'Largest resident memory of training against the size of the store',
      x: { label: 'lines of history', logarithmic: true, ticks: SIZES },
      y: { label: 'MB' },
      series: [{ name: 'Storemind', points: bySize(metrics, 'residentMb') }, bar('what the largest may take', 4000)],
    }),
  },
}

/** Lines of history at 1, 4 and 16 times the size. */
const SIZES = [1, 4, 16].map((step) => step * 1_250_000)

/** A bound that must not be crossed, the same for all sizes. */
function bar(name: string, value: number): Series {
  return { name, points: [SIZES[0] ?? 0, SIZES.at(-1) ?? 0].map((size) => [size, value]) }
}

function sides({ metrics, peers }: StoredResult): [string, Figures][] {
  return [['Storemind', metrics], ...Object.entries(peers)]
}

function curve(name: string, figures: Figures, factors: string): Series {
  const points = Object.entries(figures).flatMap(([key, seconds]): { epochs: number; point: [number, number] }[] => {
    const epochs = new RegExp(`^secondsAfter(\\d+)At${factors}$`).exec(key)?.[1]
    if (epochs === undefined) return []
    return [{ epochs: Number(epochs), point: [seconds, figures[`ndcgAt20After${epochs}At${factors}`] ?? Number.NaN] }]
  })
  return { name, points: points.sort((a, b) => a.epochs - b.epochs).map(({ point }) => point) }
}

function bySize(metrics: Figures, key: string): [number, number][] {
  return [1, 4, 16].flatMap((step): [number, number][] => {
    const value = metrics[`${key}At${step}x`]
    return value === undefined ? [] : [[step * 1_250_000, value]]
  })
}
