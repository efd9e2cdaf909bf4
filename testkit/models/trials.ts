import { type Group, normal, rng } from '@storemind/ml'

/** A shop on which a treatment is tried. Each visitor buys or not; what is bought is log-normal. */
export interface Trial {
  readonly visitors: number
  /** Share of visitors that is treated. */
  readonly share: number
  /** Chance that a visitor of the control buys. */
  readonly rate: number
  /** Of the logarithm of a purchase; 1 makes purchases 6 times as skewed as an exponential’s, 1.2 some 11 times. */
  readonly sigma: number
  /** What the treatment makes of the chance, and of the size of a purchase; 1 for nothing. */
  readonly rateLift?: number
  readonly sizeLift?: number
  /** How much of what is bought was so before, 0 to 1: the correlation of sizes on the logarithmic scale. */
  readonly habit?: number
}

export interface SimulatedTrial {
  readonly treated: Group
  readonly control: Group
  /** Of the means, as the shop was made. */
  readonly trueDifference: number
}

/** The same seed, the same trial. */
export function simulateTrial(trial: Trial, seed: number): SimulatedTrial {
  const { visitors, share, rate, sigma, rateLift = 1, sizeLift = 1, habit = 0 } = trial
  const random = rng(seed)
  const values: [number[], number[]] = [[], []]
  const before: [number[], number[]] = [[], []]
  for (let i = 0; i < visitors; i++) {
    const treated = random.next() < share
    const arm = treated ? 1 : 0
    const taste = normal(random)
    const own = Math.sqrt(1 - habit * habit)
    // Who has the habit of buying bought before and buys again; the others come by chance.
    const loyal = random.next() < rate
    const buysBefore = random.next() < (loyal ? habit : 0) + rate * (1 - habit)
    const buys = random.next() < ((loyal ? habit : 0) + rate * (1 - habit)) * (treated ? rateLift : 1)
    before[arm].push(buysBefore ? Math.exp(sigma * (habit * taste + own * normal(random))) : 0)
    const size = Math.exp(sigma * (habit * taste + own * normal(random)))
    values[arm].push(buys ? size * (treated ? sizeLift : 1) : 0)
  }
  const mean = rate * Math.exp((sigma * sigma) / 2)
  const group = (arm: 0 | 1): Group => ({
    values: Float64Array.from(values[arm]),
    ...(habit > 0 ? { before: Float64Array.from(before[arm]) } : {}),
  })
  return { treated: group(1), control: group(0), trueDifference: mean * (rateLift * sizeLift - 1) }
}

/**
 * Bounds between which a count of successes lies but once in `oneIn` times, on each side.
 * @returns [low, high], both within
 */
export function binomialBounds(n: number, p: number, oneIn: number): [number, number] {
  // In logarithms: the chance of none of a thousand is too small for a number.
  let term = n * Math.log(1 - p)
  let below = 0
  let low = -1
  for (let k = 0; k <= n; k++) {
    const chance = Math.exp(term)
    if (low < 0 && below + chance > 1 / oneIn) low = k
    below += chance
    if (1 - below < 1 / oneIn) return [low, k]
    term += Math.log(((n - k) / (k + 1)) * (p / (1 - p)))
  }
  return [low, n]
}
