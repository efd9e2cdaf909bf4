import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { Evaluation, ModelVersion } from '../../contracts/model-version.ts'

/** What the gate compares. */
export interface GateCandidate {
  readonly version: number
  readonly metric: string
  /** The candidate's value of the metric on its validation; null where it could not be measured. */
  readonly value: number | null
  readonly validation: Evaluation
}

export interface GateVerdict {
  readonly passed: boolean
  /** One sentence for the card and for people. */
  readonly words: string
  /** Why it did not pass, as a refusal. */
  readonly refusal?: { readonly code: ErrorCode; readonly details: ErrorDetails }
}

/**
 * Whether a new version may serve: it is not worse than the one that does.
 *
 * Solves   one exam: value ≥ (1 − tolerance) · serving value, when both were validated on the same days and shoppers.
 *          two exams: the same of value / popularity, each with popularity on its own exam. Shops are easier to predict
 *          in some months than in others, and those who are left of a short past are easier than all; popularity feels
 *          that as much as a model does, and the bare values of two exams cannot be compared.
 *          no serving version: value ≥ popularity on the same exam, without any tolerance.
 * Given    tolerance: how much worse, relatively, is still as good; it absorbs the noise of a finite validation
 * Returns  a verdict; a value that is not a number never passes
 */
export function gateVerdict(
  candidate: GateCandidate,
  serving: Pick<ModelVersion, 'version' | 'metric' | 'value' | 'card'> | undefined,
  tolerance: number,
): GateVerdict {
  const { metric, validation } = candidate
  // What was not measured is worth no more than nothing: it may come first, and takes no measured version's place.
  const [value, theirValue] = [candidate.value ?? 0, serving?.value ?? 0]
  const popularity = popularityOf(validation, metric)
  if (serving === undefined || serving.metric !== metric) {
    const bar = popularity ?? 0
    return verdict(candidate, value, bar, value >= bar, `popularity’s ${show(bar)}`)
  }
  const theirs = serving.card.validation
  const name = `${serving.value === null ? 'the unknown value' : show(serving.value)} of version ${serving.version}`
  if (isSameExam(validation, theirs)) {
    return verdict(candidate, value, theirValue, notWorse(value, theirValue, tolerance), name)
  }
  const theirPopularity = popularityOf(theirs, metric)
  if (!isYardstick(popularity) || !isYardstick(theirPopularity)) {
    return verdict(candidate, value, theirValue, notWorse(value, theirValue, tolerance), name)
  }
  // What the serving version would reach on the candidate's days, if it stays as far above popularity.
  const expected = (theirValue / theirPopularity) * popularity
  return verdict(
    candidate,
    value,
    expected,
    notWorse(value, expected, tolerance),
    `${show(expected)}, which version ${serving.version}, measured on other days or shoppers (${theirs.profiles} of them, here ${validation.profiles}), is worth here by its lead over popularity`,
  )
}

/** The shoppers of a validation are those with a past in the data: another beginning makes others of them. */
function isSameExam(a: Evaluation, b: Evaluation): boolean {
  return a.splitAt === b.splitAt && a.until === b.until && a.trainFrom === b.trainFrom && a.profiles === b.profiles
}

function notWorse(value: number, bar: number, tolerance: number): boolean {
  return value >= (1 - tolerance) * bar
}

function isYardstick(value: number | undefined): value is number {
  return value !== undefined && value > 0
}

function popularityOf({ rows }: Evaluation, metric: string): number | undefined {
  return rows.find(({ name, role }) => name === 'popularity' && role === 'baseline')?.metrics[metric]
}

function verdict(
  { version, metric, value: measured }: GateCandidate,
  value: number,
  bar: number,
  passed: boolean,
  against: string,
): GateVerdict {
  const found = measured === null ? 'not known' : show(value)
  const words =
    measured !== null
      ? `${metric} ${show(value)} ${passed ? 'is not below' : 'is below'} ${against}.`
      : `Too few shoppers came back in its validation days to measure it${passed ? '' : `, and it is not put in the place of ${against}`}.`
  if (passed) return { passed, words }
  const details = { version, metric, value: found, serving: show(bar) }
  return { passed, words, refusal: { code: 'MODEL_NOT_BETTER', details } }
}

function show(value: number): string {
  return value.toFixed(4)
}
