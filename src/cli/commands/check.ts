import type { DataCheck, StorageReport } from '@storemind/client'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer } from '../context.ts'
import { bytes, counted, day } from '../output/words.ts'

const MARKS = { good: '✓', note: '·', warning: '!', blocker: '✗' } as const
const VERDICTS = {
  ready: 'Ready to train.',
  ready_with_warnings: 'Ready to train; look at the warnings first.',
  not_ready: 'Not ready to train.',
} as const

export const addCheck: AddCommand = (program, context) => {
  const command = program.command('check').description('judge the data before training, in words')
  examples(command, ['check', 'check --store data/retail --json'])
  command.action(async () => {
    const options = optionsOf<object>(command)
    const { check, storage } = await withClient(context, options, async ({ client }) => ({
      check: await client.checkData(),
      storage: await client.storageReport(),
    }))
    answer(context, options, { ...check, storage }, () => `${checkWords(check)}\n${storageWords(storage)}`)
  })
}

export function checkWords({ summary, findings, verdict }: DataCheck): string {
  const span = summary.from === null || summary.to === null ? '' : `, ${day(summary.from)} to ${day(summary.to)}`
  const lines = [
    `${counted(summary.products, 'product')}, ${counted(summary.profiles, 'shopper')}, ${counted(summary.events, 'event')}, ${counted(summary.orders, 'order')}${span}`,
    '',
  ]
  for (const finding of findings) {
    lines.push(`${MARKS[finding.level]} ${finding.title}`, `    ${finding.detail}`)
    if (finding.level !== 'good' && finding.todo !== '') lines.push(`    → ${finding.todo}`)
  }
  lines.push('', VERDICTS[verdict])
  return lines.join('\n')
}

/** What the store takes, and when the disk will be full. */
export function storageWords({
  bytes: taken,
  freeBytes,
  bytesPerDay,
  steadyStateBytes,
  daysUntilFull,
}: StorageReport): string {
  const growth = bytesPerDay > 0 ? ` and grows by ${bytes(Math.round(bytesPerDay))} a day` : ''
  // Only where retention bounds all that grows does the store stay at a size.
  const bound =
    steadyStateBytes === null || daysUntilFull !== null
      ? ''
      : ` Retention holds it at ${bytes(Math.round(steadyStateBytes))}.`
  return `The store takes ${bytes(taken)}${growth}; ${bytes(freeBytes)} are free.${untilFull(daysUntilFull)}${bound}`
}

/** Further ahead than this a rate of today says nothing. */
const FORECAST_YEARS = 10

function untilFull(days: number | null): string {
  if (days === null) return ''
  if (days > FORECAST_YEARS * 365) return ` At this rate the disk lasts for more than ${FORECAST_YEARS} years.`
  return ` At this rate the disk is full in ${counted(Math.floor(days), 'day')}.`
}
