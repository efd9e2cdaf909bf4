import { describe, expect, it } from 'vitest'
import type { Evaluation, ModelCard } from '../../contracts/model-version.ts'
import { type GateCandidate, gateVerdict } from './gate.ts'

function validation(splitAt: number, popularity?: number): Evaluation {
  return {
    trainFrom: 0,
    splitAt,
    until: splitAt + 100,
    profiles: 10,
    products: 10,
    placement: 'home',
    rows:
      popularity === undefined
        ? []
        : [{ name: 'popularity', role: 'baseline', metrics: { ndcgAt10: popularity }, intervals: {} }],
    notes: [],
    seconds: 1,
    seed: 1,
  }
}

function candidate(value: number | null, window: Evaluation): GateCandidate {
  return { version: 2, metric: 'ndcgAt10', value, validation: window }
}

function serving(value: number | null, window: Evaluation, metric = 'ndcgAt10') {
  const card: ModelCard = {
    capability: 'recommendations',
    trainedAt: 0,
    seed: 1,
    window: { from: 0, to: 1 },
    data: { interactions: 0, profiles: 0, products: 0, withheldForConsent: 0, withheldAsBots: 0 },
    sources: [],
    validation: window,
    limits: [],
    seconds: 1,
  }
  return { version: 1, metric, value, card }
}

const passes = (...asked: Parameters<typeof gateVerdict>) => gateVerdict(...asked).passed

describe('the model gate', () => {
  it('lets a first version through when it is not below popularity', () => {
    expect(passes(candidate(0.1, validation(5, 0.1)), undefined, 0.02)).toBe(true)
    expect(passes(candidate(0.0999, validation(5, 0.1)), undefined, 0.02)).toBe(false)
    expect(passes(candidate(null, validation(5)), undefined, 0.02)).toBe(true)
  })

  it('does not call zero what was not measured', () => {
    expect(gateVerdict(candidate(null, validation(5)), undefined, 0.02).words).not.toContain('0.0000')
    const refused = gateVerdict(candidate(null, validation(9)), serving(0.4, validation(5, 0.2)), 0.02)
    expect([refused.passed, refused.refusal?.details['value']]).toEqual([false, 'not known'])
    expect(refused.words).toMatch(/^Too few .*0\.4000 of version 1\.$/)
    const unmeasured = serving(null, validation(5))
    expect(passes(candidate(null, validation(9)), unmeasured, 0.02)).toBe(true)
    const { passed, words } = gateVerdict(candidate(0.2, validation(9, 0.1)), unmeasured, 0.02)
    expect([passed, words]).toEqual([true, 'ndcgAt10 0.2000 is not below the unknown value of version 1.'])
  })

  it('compares two versions as they are on the same days, with the tolerance', () => {
    const window = validation(5, 0.1)
    expect(passes(candidate(0.196, window), serving(0.2, window), 0.02)).toBe(true)
    expect(passes(candidate(0.195, window), serving(0.2, window), 0.02)).toBe(false)
  })

  it('compares leads over popularity where the days differ', () => {
    const easyMonth = serving(0.4, validation(5, 0.2))
    expect(passes(candidate(0.2, validation(9, 0.1)), easyMonth, 0.02)).toBe(true)
    expect(passes(candidate(0.19, validation(9, 0.1)), easyMonth, 0.02)).toBe(false)
    expect(passes(candidate(0.5, validation(9, 0.3)), easyMonth, 0.02)).toBe(false)
  })

  it('compares leads over popularity where a shorter past left other shoppers on the same days', () => {
    const few = { ...validation(5, 0.22), trainFrom: 4, profiles: 3 }
    const { passed, words } = gateVerdict(candidate(0.3, validation(5, 0.2)), serving(0.32, few), 0.02)
    expect(passed).toBe(true)
    expect(words).toBe(
      'ndcgAt10 0.3000 is not below 0.2909, which version 1, measured on other days or shoppers (3 of them, here 10), is worth here by its lead over popularity.',
    )
    expect(passes(candidate(0.28, validation(5, 0.2)), serving(0.32, few), 0.02)).toBe(false)
  })

  it('compares the bare values where a window knows no popularity', () => {
    expect(passes(candidate(0.4, validation(9)), serving(0.4, validation(5, 0.2)), 0.02)).toBe(true)
    expect(passes(candidate(0.3, validation(9, 0)), serving(0.4, validation(5, 0.2)), 0.02)).toBe(false)
  })

  it('takes a version that another metric chose for no rival at all', () => {
    expect(passes(candidate(0.11, validation(5, 0.1)), serving(0.9, validation(5, 0.1), 'recallAt10'), 0)).toBe(true)
  })

  it('never lets through what is not a number', () => {
    const window = validation(5, 0.1)
    expect(passes(candidate(Number.NaN, window), undefined, 0.5)).toBe(false)
    expect(passes(candidate(Number.NaN, window), serving(0.1, window), 0.5)).toBe(false)
  })

  it('says in words and in figures why it refuses', () => {
    const window = validation(5, 0.1)
    const { words, refusal } = gateVerdict(candidate(0.15, window), serving(0.2, window), 0.02)
    expect(words).toBe('ndcgAt10 0.1500 is below 0.2000 of version 1.')
    expect(refusal).toEqual({
      code: 'MODEL_NOT_BETTER',
      details: { version: 2, metric: 'ndcgAt10', value: '0.1500', serving: '0.2000' },
    })
  })
})
