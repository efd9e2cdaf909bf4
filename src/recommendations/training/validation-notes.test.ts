import { describe, expect, it } from 'vitest'
import { EVENT_KINDS } from '../../contracts/event.ts'
import type { Frame } from '../contracts.ts'
import { historyBetween } from '../decide/history.ts'
import { noPast } from '../decide/questions.ts'
import { type BlendRung, defaultBlend, type LearnedBlend } from './learn-blend.ts'
import { DAY } from './shop.ts'
import { validationNotes } from './validation-notes.ts'

const SHOP = { from: 0, to: 100 * DAY }
const PARAMS = { validationDays: 30 }

/** 40 shoppers who bought one product each, and what home's blend was found to be. */
function judged(crossValidated: number, blended: readonly number[], splitAt = 70 * DAY) {
  const n = 40
  const lines = {
    users: n,
    items: 1,
    user: Int32Array.from({ length: n }, (_, user) => user),
    item: new Int32Array(n),
    kind: new Uint8Array(n).fill(EVENT_KINDS.order_completed),
    at: new Float64Array(n),
    quantity: new Float32Array(n).fill(1),
    basket: Int32Array.from({ length: n }, (_, user) => user),
  }
  const questions = noPast(new Int32Array(0), splitAt)
  const ladder: BlendRung[] = blended.map((value, step) => ({ voice: `voice${step}`, alone: 0.2, blended: value }))
  const blendOf = (frame: Frame): LearnedBlend => ({
    frame,
    model: defaultBlend(['voice0']),
    report: undefined,
    cases: 0,
    ladder: [],
  })
  const report = {
    cases: n,
    crossValidated,
    bestSource: 'voice0',
    bestSourceNdcg: 0.25,
    gain: crossValidated - 0.25,
    gainLow: 0,
    gainHigh: 0,
    fellBack: crossValidated <= 0.25,
    meanChance: Number.NaN,
    hitShare: Number.NaN,
    calibrationError: Number.NaN,
  }
  return {
    splitAt,
    before: historyBetween(lines, 0, DAY),
    homeCases: Array.from(lines.user, (user) => ({ user, questions, targets: Int32Array.of(0) })),
    blends: {
      home: { ...blendOf('home'), report, ladder },
      first_visit: blendOf('first_visit'),
      product: blendOf('product'),
      cart: blendOf('cart'),
    },
  }
}

describe('notes on validation', () => {
  it('name the figure that the gate compares: the blend’s where it is better', () => {
    const [first, second, ...others] = validationNotes(judged(0.3, [0.25, 0.28, 0.3]), SHOP, PARAMS)
    expect(first).toContain('its NDCG@10 is 0.3000; that is what the gate compares')
    expect(second).toMatch(/: voice0 0\.2500, \+ voice1 0\.2800, \+ voice2 0\.3000\.$/)
    expect(others).toEqual([])
  })

  it('name that of the best source where no blend was better, and show no ladder of one rung', () => {
    const notes = validationNotes(judged(0.24, [0.25]), SHOP, PARAMS)
    expect(notes).toHaveLength(1)
    expect(notes[0]).toContain(
      'voice0 alone answers on home: its NDCG@10 is 0.2500, and that is what the gate compares',
    )
    expect(notes[0]).toContain('with all sources it has 0.2400')
  })

  it('say what it means that the ladder falls', () => {
    const [, ladder] = validationNotes(judged(0.3, [0.25, 0.24, 0.3]), SHOP, PARAMS)
    expect(ladder).toContain('One that is below the one before it added nothing')
  })

  it('say that fewer days validated than were asked for', () => {
    const [first] = validationNotes(judged(0.3, [0.3], 95 * DAY), SHOP, PARAMS)
    expect(first).toContain('the last 5.0 days validated in place of 30')
  })
})
