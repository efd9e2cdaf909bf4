import type { ModelVersion } from '@storemind/client'
import { evaluationTable } from './evaluation.ts'
import { table } from './table.ts'
import { bytes, count, day, duration, figure, moment } from './words.ts'

/** A version that could not be measured has no value that says anything. */
export function valueWords(value: ModelVersion['value']): string {
  return value === null ? 'not known' : figure(value)
}

/** What a person wants to know of a version before trusting it. */
export function cardWords({ version, status, metric, value, card, bytes: size }: ModelVersion): string {
  const { data, sources, validation, limits } = card
  const placements = [...new Set(sources.flatMap(({ weights }) => Object.keys(weights)))]
  const lines = [
    `Version ${version}, ${status}: ${metric} ${valueWords(value)}`,
    `  trained   ${moment(card.trainedAt)} UTC in ${duration(card.seconds)}, seed ${card.seed}, ${bytes(size)}`,
    `  data      ${day(card.window.from)} to ${day(card.window.to)}: ${count(data.interactions)} interactions, ${count(data.profiles)} shoppers, ${count(data.products)} products`,
    `  left out  ${count(data.withheldForConsent)} shoppers without consent, ${count(data.withheldAsBots)} bots`,
    '',
    'Each source’s share of the weight in the blend of each kind of page:',
    table(
      [
        { title: 'source' },
        ...placements.map((title) => ({ title, align: 'right' as const })),
        { title: 'time', align: 'right' },
        { title: 'size', align: 'right' },
      ],
      sources.map((source) => [
        source.name,
        ...placements.map((placement) => figure(source.weights[placement])),
        duration(source.seconds),
        bytes(source.bytes),
      ]),
    ),
  ]
  if (validation.rows.length > 0) {
    lines.push('', `On ${day(validation.splitAt)} to ${day(validation.until)}:`, evaluationTable(validation))
  }
  if (validation.notes.length > 0) lines.push('', 'How it was chosen:', ...validation.notes.map((note) => `· ${note}`))
  if (limits.length > 0) lines.push('', 'Limits:', ...limits.map((limit) => `· ${limit}`))
  return lines.join('\n')
}
