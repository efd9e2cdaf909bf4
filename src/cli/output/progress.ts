import type { JobProgress } from '../../contracts/job.ts'
import { bytes, count, duration } from './words.ts'

/** Where nobody watches a line change, one line every so often is enough. */
const LINE_MILLIS = 5000
const BAR = 24
/** The rate is that of the last so many milliseconds: a slow start should not spoil the estimate. */
const RATE_WINDOW = 10_000
/** Per cent of work of different kinds come unevenly, so that they are looked at for longer. */
const SHARE_WINDOW = 60_000

export interface ProgressView {
  show(progress: JobProgress): void
  /** Clears the line. */
  end(): void
}

export interface ProgressTarget {
  readonly isTTY: boolean
  write(text: string): void
}

interface Sample {
  readonly at: number
  readonly done: number
}

/** Progress on stderr: a line that changes on a terminal, a new line now and then elsewhere. */
export function progressView(target: ProgressTarget, clock: () => number): ProgressView {
  let phase = ''
  let scale = ''
  let samples: Sample[] = []
  let shownAt = Number.NEGATIVE_INFINITY
  return {
    show(progress) {
      const now = clock()
      // The rate goes on through phases that are measured alike, for example in per cent of the whole.
      const newScale = `${progress.unit} ${progress.total}`
      if (newScale !== scale) samples = []
      if (progress.phase !== phase && !target.isTTY) shownAt = Number.NEGATIVE_INFINITY
      scale = newScale
      phase = progress.phase
      samples.push({ at: now, done: progress.done })
      const window = progress.unit === '%' ? SHARE_WINDOW : RATE_WINDOW
      while (samples.length > 2 && now - (samples[0]?.at ?? now) > window) samples.shift()
      if (!target.isTTY && now - shownAt < LINE_MILLIS) return
      shownAt = now
      const text = describe(progress, rateOf(samples))
      target.write(target.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
    },
    end() {
      if (target.isTTY) target.write('\r\x1b[K')
    },
  }
}

/** Units a second; undefined where it cannot be said yet. */
function rateOf(samples: readonly Sample[]): number | undefined {
  const [first] = samples
  const last = samples.at(-1)
  if (first === undefined || last === undefined || last.at - first.at < 500) return undefined
  const rate = ((last.done - first.done) / (last.at - first.at)) * 1000
  return rate > 0 ? rate : undefined
}

/** "importing ███░░░ 45 %  12 MB of 44 MB  8.1 MB/s  4.0 s left" */
export function describe({ phase, done, total, unit }: JobProgress, rate: number | undefined): string {
  const isShare = unit === '%'
  const parts = [phase]
  if (total > 0) {
    const share = Math.min(1, done / total)
    const full = Math.round(share * BAR)
    parts.push(`${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${Math.floor(share * 100)} %`)
    if (!isShare) parts.push(`${amount(done, unit)} of ${amount(total, unit)}${unit === 'bytes' ? '' : ` ${unit}`}`)
  } else if (done > 0) {
    parts.push(`${amount(done, unit)}${unit === 'bytes' ? '' : ` ${unit}`}`)
  }
  if (rate !== undefined && !isShare)
    parts.push(unit === 'bytes' ? `${bytes(rate)}/s` : `${count(Math.round(rate))} ${unit}/s`)
  if (rate !== undefined && total > done) parts.push(`${duration((total - done) / rate)} left`)
  return parts.join('  ')
}

function amount(n: number, unit: string): string {
  return unit === 'bytes' ? bytes(n) : count(Math.round(n))
}
