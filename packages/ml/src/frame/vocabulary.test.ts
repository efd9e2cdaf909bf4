import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Vocabulary } from './vocabulary.ts'

test('names and indices are each other, before and after storing', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (names) => {
      const vocabulary = new Vocabulary(names)
      const stored = Vocabulary.fromArrays(vocabulary.toArrays())
      expect(stored.names()).toEqual([...new Set(names)])
      for (const name of names) {
        expect(stored.index(name)).toBe(vocabulary.index(name))
        expect(vocabulary.name(vocabulary.index(name))).toBe(name)
      }
    }),
    { seed: 1 },
  )
})

test('unknown names are −1, prototype keys among them', () => {
  const vocabulary = new Vocabulary(['', '\ufeffmarked'])
  expect(vocabulary.index('__proto__')).toBe(-1)
  expect(vocabulary.index('')).toBe(0)
  expect(Vocabulary.fromArrays(vocabulary.toArrays()).name(1)).toBe('\ufeffmarked')
  expect(() => vocabulary.name(2)).toThrow(expect.objectContaining({ code: 'index_out_of_range' }))
})

test('half a surrogate pair is refused, since two such names would become one', () => {
  expect(() => new Vocabulary(['\ud800'])).toThrow(expect.objectContaining({ code: 'bad_name' }))
})

test.each([
  [{ bytes: Uint8Array.of(97), offsets: Int32Array.of(0) }],
  [{ bytes: Uint8Array.of(97, 97), offsets: Int32Array.of(0, 1, 2) }],
  [{ bytes: Uint8Array.of(0xff), offsets: Int32Array.of(0, 1) }],
  [{ bytes: Uint8Array.of(97, 98), offsets: Int32Array.of(0, 2, 1, 2) }],
])('refuses broken arrays %#', (arrays) => {
  expect(() => Vocabulary.fromArrays(arrays)).toThrow(expect.objectContaining({ code: 'bad_model' }))
})
