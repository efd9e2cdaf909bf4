/*
 * The draw at one position of a list, and the probability with which it comes out as it did.
 */

/** With which probabilities a position is filled by chance instead of by the best candidate. */
export interface DrawRates {
  /** For learning: a uniform draw from the best candidates. */
  readonly exploreRate: number
  /** For the floor of new products: a uniform draw from those of them that may stand here. */
  readonly newShare: number
}

/** What was drawn at one position, as counts: with the rates they are the propensity, exactly. */
export interface Draw {
  /** How many candidates the draw for learning drew from. */
  readonly pool: number
  /** Whether what came out is one of them, and whether it is the best of them. */
  readonly pooled: boolean
  readonly best: boolean
  /** How many new products the draw for their floor drew from; 0 where there were none, or no floor. */
  readonly newPool: number
  /** Whether what came out is one of those. */
  readonly fresh: boolean
}

/** What stands at a position without any chance: what the shop placed there, or the best where nothing is drawn. */
export const CERTAIN: Draw = { pool: 1, pooled: true, best: true, newPool: 0, fresh: false }

/**
 * Solves   p = ε · [pooled] / m + ν · [fresh] / n + (1 − ε − ν) · [best], where ν counts as 0 without new products
 * Given    the rates ε and ν, and a draw from m candidates or n new products
 * Returns  the probability of what came out, given the positions above; over all that could come out it sums to 1
 */
export function propensity({ exploreRate, newShare }: DrawRates, draw: Draw): number {
  const floor = draw.newPool > 0 ? newShare : 0
  return (
    (draw.pooled ? exploreRate / draw.pool : 0) +
    (draw.fresh ? floor / draw.newPool : 0) +
    (draw.best ? 1 - exploreRate - floor : 0)
  )
}
