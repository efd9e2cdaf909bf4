import fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitBatch } from './split-batch.ts'

it('cuts what JSON.parse would have read, whatever stands in it', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'a', '\n', '猫', ' ') })
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, text, fc.integer(), fc.constant(null), tie('list'), tie('object')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    object: fc.dictionary(text, tie('any'), { maxKeys: 4 }),
  })).any
  const around = fc.dictionary(fc.oneof(text, fc.constantFrom('batches', 'context')), value, { maxKeys: 3 })
  fc.assert(
    fc.property(
      around,
      fc.array(value, { maxLength: 5 }),
      around,
      fc.integer({ min: 0, max: 3 }),
      (a, list, b, gap) => {
        const { batch: _a, ...before } = a
        const { batch: _b, ...after } = b
        const whole = { ...before, batch: list, ...after }
        const split = splitBatch(JSON.stringify(whole, null, gap))
        expect(split?.messages.map((part) => JSON.parse(part))).toEqual(JSON.parse(JSON.stringify(list)))
        expect(JSON.parse(split?.envelope ?? '')).toEqual(JSON.parse(JSON.stringify({ ...whole, batch: [] })))
      },
    ),
    { seed: 11, numRuns: 500 },
  )
})

it('leaves a broken whole broken', () => {
  const whole = '{"batch":[{"a":[1,{"b":"}]"}]},{"c":"\\\\"}],"sentAt":"x"}'
  const isJson = (text: string) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const isWhole = (text: string) => {
    const split = splitBatch(text)
    return split !== undefined && [split.envelope, ...split.messages].every(isJson)
  }
  expect(isWhole(whole)).toBe(true)
  for (let i = 0; i < whole.length; i++) {
    expect([i, isWhole(whole.slice(0, i))]).toEqual([i, false])
    for (const wrong of ['', '"', ',', '}', ']', '{', '[']) {
      const changed = whole.slice(0, i) + wrong + whole.slice(i + 1)
      if (!isJson(changed)) expect([changed, isWhole(changed)]).toEqual([changed, false])
    }
  }
})

it('tells how deep each message goes', () => {
  expect(splitBatch('{"batch":[{}, {"a":[[1]]}, 5]}')?.depths).toEqual([1, 3, 0])
})

it('finds the list only where it is one, once, at the top', () => {
  for (const text of [
    '{"batch":{}}',
    '{"a":{"batch":[1]}}',
    '{"batch":[1],"batch":[2]}',
    '[]',
    '5',
    '',
    '{"batch":"["}',
  ]) {
    expect([text, splitBatch(text)]).toEqual([text, undefined])
  }
})
