import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.ts'

it('gives back every number and text as it was', () => {
  const numbers = fc.array(fc.maxSafeNat())
  const signed = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }).map((n) => n * 2 ** 20))
  const texts = fc.array(fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(numbers, signed, texts, fc.double(), (ns, ss, ts, double) => {
      const to = new ByteWriter()
      for (const n of ns) to.varint(n)
      for (const s of ss) to.signed(s)
      for (const t of ts) to.text(t)
      to.f64(double)
      const from = new ByteReader(to.finish())
      expect(ns.map(() => from.varint())).toEqual(ns)
      expect(ss.map(() => from.signed() + 0)).toEqual(ss.map((s) => s + 0))
      expect(ts.map(() => from.text())).toEqual(ts)
      expect(from.f64()).toBe(double)
      expect(from.atEnd).toBe(true)
    }),
    { seed: 1 },
  )
})

it('refuses bytes that end too early', () => {
  const to = new ByteWriter()
  to.text('twelve bytes')
  const bytes = to.finish()
  for (let length = 0; length < bytes.length; length++) {
    expect(() => new ByteReader(bytes.subarray(0, length)).text()).toThrow(RangeError)
  }
})
