import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Vocabulary } from '../frame/vocabulary.ts'
import { countKnownTerms, countTerms } from './term-counts.ts'
import { averageLength, bm25, inverseDocumentFrequency, tfIdf } from './term-weights.ts'
import { tokenize } from './tokenizer.ts'

test.each([
  ['WHITE Hanging-Heart T-Light', ['white', 'hanging', 'heart', 't', 'light']],
  ["men's  men’s", ['mens', 'mens']],
  ['500ml 1,000 pcs 1,5 kg 007 1.250.000', ['500', 'ml', '1000', 'pcs', '1.5', 'kg', '7', '1250000']],
  ['IP67 b2b', ['ip67', 'b2b']],
  ['Ｆｕｌｌ ｗｉｄｔｈ ①', ['full', 'width', '1']],
  ['Crème Brûlée Straße', ['crème', 'brûlée', 'straße']],
  ['红色连衣裙', ['红色', '色连', '连衣', '衣裙']],
  ['棉', ['棉']],
  ['iPhone手机壳15', ['iphone', '手机', '机壳', '15']],
  ['кофе молотый', ['кофе', 'молотый']],
  ['운동화 신발', ['운동화', '신발']],
  ['  --- !! ', []],
])('%s', (text, tokens) => {
  expect(tokenize(text)).toEqual(tokens)
})

test('any text gives well-formed tokens within bounds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const token of tokenize(text)) {
        expect(token.isWellFormed()).toBe(true)
        expect(token.length).toBeGreaterThan(0)
        expect(token.length).toBeLessThanOrEqual(40)
      }
    }),
    { seed: 1 },
  )
  expect(tokenize('a '.repeat(500_000)).length).toBe(2000)
  expect(tokenize('x'.repeat(1_000_000))).toEqual([])
  expect(tokenize('棉'.repeat(1_000_000)).length).toBe(2000)
})

const texts = ['red cotton shirt', 'blue cotton cotton shirt', '', 'green hat']

test('counts are kept for terms that are neither too rare nor everywhere', () => {
  const { vocabulary, counts } = countTerms(texts, 2, 0.5)
  expect(vocabulary.names()).toEqual(['cotton', 'shirt'])
  expect([...counts.offsets]).toEqual([0, 2, 4, 4, 4])
  expect([...counts.values]).toEqual([1, 1, 2, 1])
})

test('known terms are counted as before, unknown ones passed over', () => {
  const { vocabulary, counts } = countTerms(texts)
  expect(countKnownTerms(texts, vocabulary)).toEqual(counts)
  const row = countKnownTerms(['purple hat'], new Vocabulary(['hat']))
  expect([...row.indices]).toEqual([0])
})

test('weights equal their formulas', () => {
  const { counts } = countTerms(texts)
  const idf = inverseDocumentFrequency(counts)
  expect(idf[0]).toBeCloseTo(Math.log(1 + 3.5 / 1.5), 6)
  expect(idf[1]).toBeCloseTo(Math.log(1 + 2.5 / 2.5), 6)
  expect(averageLength(counts)).toBe(3)
  const cotton = counts.offsets[1]! + [...counts.indices.subarray(counts.offsets[1], counts.offsets[2])].indexOf(1)
  expect(tfIdf(counts, idf).values[cotton]).toBeCloseTo((1 + Math.log(2)) * Math.LN2, 6)
  expect(bm25(counts, idf, 3).values[cotton]).toBeCloseTo((Math.LN2 * 2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 4) / 3)), 6)
})
