import type { DataCheck } from '@storemind/client'
import { type AddCommand, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer } from '../context.ts'
import { counted, day } from '../output/words.ts'

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
    const check = await withClient(context, options, ({ client }) => client.checkData())
    answer(context, options, check, () => checkWords(check))
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
