import { describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../contracts/event.ts'
import type { ShopLines } from '../decide/history.ts'
import { validationStart } from './validation-start.ts'

describe('where validation begins', () => {
  const DAY = 86_400_000
  const orderLines = (days: readonly number[], users: number): ShopLines => {
    const n = days.length * users
    const each = (value: (line: number) => number) => Array.from({ length: n }, (_, line) => value(line))
    return {
      users,
      items: 1,
      user: Int32Array.from(each((line) => line % users)),
      item: new Int32Array(n),
      kind: new Uint8Array(n).fill(EVENT_KINDS.order_completed),
      at: Float64Array.from(each((line) => days[Math.floor(line / users)]! * DAY)),
      quantity: new Float32Array(n).fill(1),
      basket: Int32Array.from(each((line) => line)),
    }
  }
  const days = Array.from({ length: 100 }, (_, day) => day)

  it('is the stated time before the end where enough shoppers came back since', () => {
    const stretch = { from: 0, to: 100 * DAY, validationMs: 30 * DAY }
    expect(validationStart(orderLines(days, 40), stretch)).toBe(70 * DAY)
  })

  it('passes over a silence behind an old history', () => {
    // One live view, months after an imported history had ended, left no case: the version was "0.0000" and refused.
    const stretch = { from: 0, to: 400 * DAY, validationMs: 30 * DAY }
    expect(validationStart(orderLines(days, 40), stretch)).toBe(69 * DAY)
  })

  it('stays where too few shoppers ever came back, and ends without any order', () => {
    const stretch = { from: 0, to: 400 * DAY, validationMs: 30 * DAY }
    expect(validationStart(orderLines(days, 5), stretch)).toBe(370 * DAY)
    expect(validationStart(orderLines([], 5), stretch)).toBe(370 * DAY)
  })

  it('leaves three quarters of a young history ahead, or half where too few came back in the last quarter', () => {
    const young = { from: 0, to: 20 * DAY, validationMs: 30 * DAY }
    expect(validationStart(orderLines(days.slice(0, 20), 40), young)).toBe(15 * DAY)
    // One day ahead of validation is as good as none, half of them is enough.
    expect(validationStart(orderLines(days.slice(0, 20), 40), { ...young, validationMs: 19 * DAY })).toBe(15 * DAY)
    expect(validationStart(orderLines(days.slice(0, 20), 40), { ...young, validationMs: 10 * DAY })).toBe(10 * DAY)
    // Who buys in the last quarter never does again; in the half before, all do.
    const lines = orderLines(days.slice(0, 20), 40)
    const once = { ...lines, user: lines.user.map((_, line) => Math.floor(line / 10)), users: 80 }
    const back = {
      ...once,
      user: once.user.map((user, line) => (line >= 400 && line < 600 ? (line - 400) % 80 : user)),
    }
    expect(validationStart(once, young)).toBe(15 * DAY)
    expect(validationStart(back, young)).toBe(10 * DAY)
  })
})
