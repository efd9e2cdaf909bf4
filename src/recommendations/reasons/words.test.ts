import { describe, expect, it } from 'vitest'
import { LANGUAGES } from '../../contracts/decision.ts'
import { REASON_CODES, type ReasonCode } from '../../contracts/reason.ts'
import { REFUSAL_CODES } from '../../core/decisions/policies/policy.ts'
import { sentence, wordsOf } from './words.ts'

const CODES = Object.keys(REASON_CODES) as ReasonCode[]

describe.each(LANGUAGES)('reasons in %s', (language) => {
  it.each(CODES)('%s is a sentence, whatever is known of its subject', (code) => {
    for (const subject of [{}, { product: 'WHITE METAL LANTERN', value: 'Lanterns', times: 3 }]) {
      const text = sentence(code, subject, language)
      expect(text.length).toBeGreaterThan(3)
      expect(text).not.toMatch(/undefined|NaN|\{|\}/)
    }
  })

  it('names the product that a reason speaks of', () => {
    const subject = { product: 'WHITE METAL LANTERN' }
    for (const code of ['because_bought', 'because_viewed', 'because_in_cart', 'similar_to', 'next_after'] as const) {
      expect(sentence(code, subject, language)).toContain('WHITE METAL LANTERN')
    }
  })

  it.each(Object.keys(REFUSAL_CODES))('tells the refusal %s in words', (code) => {
    const text = wordsOf(language).summary.refused(code, 2)
    expect(text).not.toContain(code.includes('_') ? code : `: ${code}.`)
    expect(text).toContain('2')
  })
})

it('says how often something was bought as a person would', () => {
  expect(sentence('bought_before', { times: 1 }, 'en')).toBe('You bought this once')
  expect(sentence('bought_before', { times: 2 }, 'en')).toBe('You bought this twice')
  expect(sentence('bought_before', { times: 5 }, 'en')).toBe('You bought this 5 times')
  expect(sentence('because_bought', { product: 'LANTERN' }, 'zh')).toBe('因为您买过「LANTERN」')
})
