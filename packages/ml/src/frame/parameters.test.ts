import { expect, test } from 'vitest'
import { declareParameters } from './parameters.ts'

const parameters = declareParameters<{ k: number; rate: number; measure: 'cosine' | 'jaccard'; idf: boolean }>({
  k: { type: 'integer', default: 100, min: 1, max: 1000, meaning: 'neighbours' },
  rate: { type: 'number', default: 0.5, min: 0, max: 1, meaning: 'rate' },
  measure: { type: 'choice', default: 'cosine', choices: ['cosine', 'jaccard'], meaning: 'similarity' },
  idf: { type: 'boolean', default: true, meaning: 'weigh by rarity' },
})

test('what is not given is the default, and the result is frozen', () => {
  const values = parameters.resolve({ k: 5, measure: 'jaccard' })
  expect(values).toEqual({ k: 5, rate: 0.5, measure: 'jaccard', idf: true })
  expect(Object.isFrozen(values)).toBe(true)
})

test.each([
  [{ k: 0 }],
  [{ k: 2.5 }],
  [{ k: '7' }],
  [{ rate: Number.NaN }],
  [{ measure: 'dice' }],
  [{ idf: 1 }],
  [{ unheard: 1 }],
  [JSON.parse('{"__proto__": 1}')],
  [null],
  [[]],
  ['text'],
])('refuses %j', (given) => {
  expect(() => parameters.resolve(given)).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})

test('a default outside its own range is a fault of the declaration', () => {
  expect(() =>
    declareParameters<{ k: number }>({ k: { type: 'integer', default: 0, min: 1, max: 2, meaning: '' } }),
  ).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
})
