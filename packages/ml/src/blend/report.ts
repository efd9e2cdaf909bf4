/** How well the blend did where it had not learned: NDCG at the cut-off. */
export interface BlendValidation {
  readonly cases: number
  /** Mean over cases, each answered by weights learned from other users. */
  readonly crossValidated: number
  /** The best single source, and its mean over the same cases. */
  readonly bestSource: string
  readonly bestSourceNdcg: number
  /** The blend's mean gain over the best source with its 95 % interval, paired by case. */
  readonly gain: number
  readonly gainLow: number
  readonly gainHigh: number
  /** The blend did not beat the best source, so the model is that source. */
  readonly fellBack: boolean
}

/** And how well it knew it. */
export interface BlendReport extends BlendValidation {
  /** Over the first `cutoff` items of all those cases: what was told to be the chance of a hit, and the share of hits. */
  readonly meanChance: number
  readonly hitShare: number
  /** How far chances were off, expected calibration error over them; NaN where chances are not known. */
  readonly calibrationError: number
}

/** @param figures [6] cases, cross-validated NDCG, gain, its interval's ends, fell back; @param singles [sources] */
export function validationOf(
  figures: Float64Array,
  singles: Float64Array,
  sources: readonly string[],
): BlendValidation {
  const bestSourceNdcg = singles.reduce((most, value) => Math.max(most, value), 0)
  return {
    cases: figures[0]!,
    crossValidated: figures[1]!,
    bestSource: sources[singles.indexOf(bestSourceNdcg)] ?? '',
    bestSourceNdcg,
    gain: figures[2]!,
    gainLow: figures[3]!,
    gainHigh: figures[4]!,
    fellBack: figures[5] === 1,
  }
}

/** @param report [9] those figures, then mean chance, share of hits, calibration error; @param singles [sources] */
export function reportOf(report: Float64Array, singles: Float64Array, sources: readonly string[]): BlendReport {
  const [meanChance = Number.NaN, hitShare = Number.NaN, calibrationError = Number.NaN] = report.subarray(6)
  return { ...validationOf(report, singles, sources), meanChance, hitShare, calibrationError }
}
