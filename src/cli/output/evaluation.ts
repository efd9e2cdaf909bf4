import type { Evaluation } from '@storemind/client'
import { table } from './table.ts'
import { count, day, duration, figure } from './words.ts'

const METRICS = [
  ['recallAt10', 'Recall@10'],
  ['ndcgAt10', 'NDCG@10'],
  ['mrrAt10', 'MRR@10'],
  ['coverageAt10', 'coverage'],
  ['giniAt10', 'Gini'],
  ['popularityBiasAt10', 'popularity bias'],
] as const

/** What every source, baseline and blend reached, one a line. */
export function evaluationTable({ rows }: Pick<Evaluation, 'rows'>): string {
  return table(
    [{ title: 'what' }, { title: 'role' }, ...METRICS.map(([, title]) => ({ title, align: 'right' as const }))],
    rows.map(({ name, role, metrics }) => [name, role, ...METRICS.map(([key]) => figure(metrics[key]))]),
  )
}

export function evaluationWords(evaluation: Evaluation): string {
  const { trainFrom, splitAt, until, profiles, products, placement, notes, seconds, seed } = evaluation
  const lines = [
    `Learned from ${day(trainFrom)} to ${day(splitAt)}, tested on what came until ${day(until)}.`,
    `${count(profiles)} shoppers, ranking all ${count(products)} products; placement ${placement}, seed ${seed}, ${duration(seconds)}.`,
    '',
    evaluationTable(evaluation),
  ]
  if (notes.length > 0) lines.push('', ...notes.map((note) => `· ${note}`))
  return lines.join('\n')
}
