import { FRAMES, type TrainParams } from '../contracts.ts'
import { chancesInWords } from '../evaluation/chances.ts'
import type { Recipe } from './learn.ts'
import { type BlendRung, FEWEST_CASES } from './learn-blend.ts'
import { DAY, type Shop } from './shop.ts'

type Judged = Pick<Recipe, 'splitAt' | 'before' | 'homeCases' | 'blends'>

/** What a person should know of the validation days and of what was decided on them. */
export function validationNotes(
  recipe: Judged,
  shop: Pick<Shop, 'from' | 'to'>,
  params: Pick<TrainParams, 'validationDays'>,
): string[] {
  return [...validationDaysInWords(recipe, shop, params), ...judgedInWords(recipe)]
}

/** That fewer days validated than were asked for, since too little would have stood before them. */
function validationDaysInWords(
  { splitAt }: Judged,
  { from, to }: Pick<Shop, 'from' | 'to'>,
  { validationDays }: Pick<TrainParams, 'validationDays'>,
): string[] {
  if (splitAt <= Math.max(from, to - validationDays * DAY)) return []
  const days = ((to - splitAt) / DAY).toFixed(1)
  return [
    `The history is young: the last ${days} days validated in place of ${validationDays} (training.validationDays), so that more was left before them to learn from.`,
  ]
}

function judgedInWords({ blends, before, homeCases: cases }: Judged): string[] {
  if (before.bought.item.length < FEWEST_CASES) {
    return [
      `${before.bought.item.length} purchases lie before the validation days: too few to judge what is learned from them.`,
    ]
  }
  if (cases.length < FEWEST_CASES) {
    return [`Only ${cases.length} shoppers with a past bought in the validation days: too few to judge by.`]
  }
  const { report, ladder } = blends.home
  if (!report) return []
  return [
    report.fellBack
      ? `${report.bestSource} alone answers on home: its NDCG@10 is ${report.bestSourceNdcg.toFixed(4)}, and that is what the gate compares. No blend was better, by weights learned from other shoppers: with all sources it has ${report.crossValidated.toFixed(4)}.`
      : `The blend’s weights were learned on these very shoppers, so that its row flatters it. Answered by weights learned from other shoppers, its NDCG@10 is ${report.crossValidated.toFixed(4)}; that is what the gate compares. The best source alone, ${report.bestSource}, has ${report.bestSourceNdcg.toFixed(4)}.`,
    ...(report.fellBack ? [] : [ladderInWords(ladder)]),
    ...FRAMES.flatMap((frame) => {
      const told = blends[frame].report
      if (!told || Number.isNaN(told.calibrationError)) return []
      return [chancesInWords(told, `on ${frame.replaceAll('_', ' ')}, to shoppers not learned from`)]
    }),
  ]
}

/** What each source adds, and what a fall in it means. */
function ladderInWords(ladder: readonly BlendRung[]): string {
  const rungs = ladder.map(({ voice, blended }, step) => `${step === 0 ? '' : '+ '}${voice} ${blended.toFixed(4)}`)
  const falls = ladder.some(({ blended }, step) => blended < (ladder[step - 1]?.blended ?? blended))
  return [
    `What each source adds on home, NDCG@10 of the blend so far on shoppers it did not learn from: ${rungs.join(', ')}.`,
    ...(falls
      ? ['One that is below the one before it added nothing there; the weights were learned on all sources together.']
      : []),
  ].join(' ')
}
