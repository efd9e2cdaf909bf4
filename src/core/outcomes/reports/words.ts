import type { Language } from '../../../contracts/decision.ts'
import type { ExperimentReport, Lift } from '../../../contracts/outcome.ts'
import { EN } from './words-en.ts'
import { ZH } from './words-zh.ts'

/** One language's sentences. Amounts come as text with their currency. */
export interface ReportWords {
  draft(): string
  nobody(): string
  unsound(p: string, arms: string): string
  sound(p: string): string
  better(lift: SpokenLift): string
  worse(lift: SpokenLift): string
  notProven(lift: SpokenLift): string
  tooFew(lift: Pick<SpokenLift, 'arm' | 'baseline' | 'currency'>): string
  noPurchase(): string
  plannedEnd(): string
  everyLook(): string
  leftOut(decisions: number): string
  notCompared(bots: number, withheld: number): string
  merged(visitors: number): string
}

export interface SpokenLift {
  readonly arm: string
  readonly baseline: string
  readonly currency: string
  readonly amount: string
  readonly low: string
  readonly high: string
}

const WORDS: Readonly<Record<Language, ReportWords>> = { en: EN, zh: ZH }

/** What an experiment's figures say. The check of the split comes before any of them. */
export function reportWords(report: Omit<ExperimentReport, 'words'>, language: Language): string[] {
  const words = WORDS[language]
  const { sampleRatio, lift, leftOut, from } = report
  if (from === null) return [words.draft()]
  const left = Object.values(leftOut.decisions).reduce((sum, n) => sum + n, 0)
  const notes = [
    ...(left > 0 ? [words.leftOut(left)] : []),
    ...(leftOut.bots + leftOut.withheld > 0 ? [words.notCompared(leftOut.bots, leftOut.withheld)] : []),
    ...(leftOut.merged > 0 ? [words.merged(leftOut.merged)] : []),
  ]
  if (sampleRatio.arms.every(({ visitors }) => visitors === 0)) return [words.nobody(), ...notes]
  const p = sampleRatio.p < 0.0001 ? '< 0.0001' : sampleRatio.p.toFixed(4)
  if (!sampleRatio.sound || lift === null) {
    const arms = sampleRatio.arms.map(({ arm, visitors, expected }) => `${arm} ${visitors} (${expected.toFixed(0)})`)
    return [words.unsound(p, arms.join(', ')), ...notes]
  }
  const [first] = lift
  return [
    words.sound(p),
    ...(first === undefined ? [words.noPurchase()] : lift.map((one) => verdictOf(one, words))),
    ...(lift.every(({ verdict }) => verdict === 'too_few')
      ? []
      : [first?.interval === 'planned_end' ? words.plannedEnd() : words.everyLook()]),
    ...notes,
  ]
}

function verdictOf(lift: Lift, words: ReportWords): string {
  const { low, high, verdict, currency } = lift
  if (low === null || high === null) return words.tooFew(lift)
  const spoken = {
    arm: lift.arm,
    baseline: lift.baseline,
    currency,
    amount: amountOf(Math.abs(lift.perVisitor)),
    low: amountOf(low),
    high: amountOf(high),
  }
  if (verdict === 'better') return words.better(spoken)
  return verdict === 'worse' ? words.worse(spoken) : words.notProven({ ...spoken, amount: amountOf(lift.perVisitor) })
}

/** An estimate in micros as a person reads it. */
function amountOf(micros: number): string {
  const units = micros / 1_000_000
  return units.toFixed(Math.abs(units) < 1 ? 4 : 2)
}
