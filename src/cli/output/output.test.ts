import { expect, test } from 'vitest'
import { describe, progressView } from './progress.ts'
import { table, widthOf } from './table.ts'
import { bytes, counted, duration, figure } from './words.ts'

test('columns line up whatever the script', () => {
  expect(widthOf('热卖')).toBe(4)
  expect(widthOf('e\u0301')).toBe(1)
  expect(
    table(
      [{ title: 'name' }, { title: 'n', align: 'right' }],
      [
        ['热卖商品', '7'],
        ['mug', '12'],
      ],
    ),
  ).toBe(['name       n', '热卖商品   7', 'mug       12'].join('\n'))
})

test('numbers as a person reads them', () => {
  expect([bytes(999), bytes(1500), bytes(44_000_000)]).toEqual(['999 B', '1.5 kB', '44 MB'])
  expect([duration(3.21), duration(59), duration(600), duration(36_000)]).toEqual(['3.2 s', '59 s', '10 min', '10.0 h'])
  expect([counted(1, 'product'), counted(3832, 'product')]).toEqual(['1 product', '3,832 products'])
  expect([figure(0.12345), figure(undefined), figure(Number.NaN)]).toEqual(['0.1235', '–', '–'])
})

test('progress says how much, how fast and how long, as far as it knows', () => {
  expect(describe({ phase: 'importing', done: 12_000_000, total: 48_000_000, unit: 'bytes' }, 6_000_000)).toBe(
    `importing  ${'█'.repeat(6)}${'░'.repeat(18)} 25 %  12 MB of 48 MB  6.0 MB/s  6.0 s left`,
  )
  expect(describe({ phase: 'looking', done: 0, total: 0, unit: 'bytes' }, undefined)).toBe('looking')
  expect(describe({ phase: 'learn', done: 50, total: 100, unit: '%' }, 5)).toContain('50 %  10 s left')
})

test('a terminal gets one line that changes, a file a line now and then', () => {
  for (const [isTTY, lines] of [
    [true, 40],
    [false, 3],
  ] as const) {
    const written: string[] = []
    let now = 0
    const view = progressView({ isTTY, write: (text) => written.push(text) }, () => now)
    for (let i = 0; i < 40; i++) {
      now = i * 300
      view.show({ phase: 'importing', done: i, total: 40, unit: 'rows' })
    }
    expect(written).toHaveLength(lines)
    expect(written.at(-1)).toMatch(/3 rows\/s/)
  }
})
