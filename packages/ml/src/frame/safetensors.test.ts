import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Model } from './model.ts'
import { checksumOf, decodeModel, encodeModel } from './safetensors.ts'

const model: Model = {
  kind: 'toy',
  params: { k: 3, name: 'ü' },
  arrays: {
    bytes: Uint8Array.of(1, 2, 3),
    wide: Float64Array.of(Math.PI, Number.NaN),
    ids: Int32Array.of(-1, 7),
    none: new Float32Array(0),
    counts: Uint32Array.of(4_000_000_000),
    __proto: Float32Array.of(1.5),
  },
}

test('what was written is read back, as aligned views on the file', () => {
  const bytes = encodeModel(model, { card: 'kept' })
  const decoded = decodeModel(bytes.buffer)
  expect(decoded.model).toEqual(model)
  expect(decoded.metadata).toEqual({ card: 'kept' })
  for (const array of Object.values(decoded.model.arrays)) expect(array.buffer).toBe(bytes.buffer)
})

test('shared memory backs a model as it is', () => {
  const bytes = encodeModel(model)
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  const decoded = decodeModel(shared).model
  expect(decoded).toEqual(model)
  expect(decoded.arrays['wide']?.buffer).toBe(shared)
})

test('the same model is the same bytes, whatever order its arrays were named in', () => {
  const turned = { ...model, arrays: Object.fromEntries(Object.entries(model.arrays).reverse()) }
  expect(encodeModel(turned)).toEqual(encodeModel(model))
})

function file(header: unknown, data: number, claim?: number): ArrayBuffer {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + data)
  new DataView(bytes.buffer).setUint32(0, claim ?? json.length, true)
  bytes.set(json, 8)
  return bytes.buffer
}
const meta = { kind: 'toy', params: '{}', checksum: '00000000' }
const f32 = (begin: number, end: number, n: number) => ({ dtype: 'F32', shape: [n], data_offsets: [begin, end] })

test.each([
  ['an empty file', new ArrayBuffer(0)],
  ['a huge header', file('{}', 0, 0x7fffffff)],
  ['a header past the end', file({ __metadata__: meta }, 0, 4096)],
  ['a header that is no JSON', file('{oops', 0)],
  ['a header that is a list', file([], 0)],
  ['no metadata', file({ a: f32(0, 4, 1) }, 4)],
  ['metadata that is not flat', file({ __metadata__: { ...meta, deep: {} } }, 0)],
  ['overlapping arrays', file({ __metadata__: meta, a: f32(0, 8, 2), b: f32(4, 12, 2) }, 12)],
  ['a hole', file({ __metadata__: meta, a: f32(0, 4, 1), b: f32(8, 12, 1) }, 12)],
  ['bytes left over', file({ __metadata__: meta, a: f32(0, 4, 1) }, 8)],
  ['a truncated array', file({ __metadata__: meta, a: f32(0, 4, 1) }, 3)],
  ['a shape that does not fit', file({ __metadata__: meta, a: f32(0, 4, 2) }, 4)],
  ['a negative range', file({ __metadata__: meta, a: f32(-4, 0, 1) }, 0)],
  ['a type no model holds', file({ __metadata__: meta, a: { ...f32(0, 2, 1), dtype: 'F16' } }, 2)],
  ['a type out of the prototype', file({ __metadata__: meta, a: { ...f32(0, 2, 1), dtype: 'toString' } }, 2)],
])('refuses %s', (_, buffer) => {
  expect(() => decodeModel(buffer)).toThrow(expect.objectContaining({ code: 'bad_model' }))
})

test('an unaligned file of another writer is copied, not refused', () => {
  const header = { __metadata__: { ...meta }, a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] }, b: f32(1, 5, 1) }
  header.__metadata__.checksum = checksumOf(JSON.stringify(header), new Uint8Array(5))
  expect(decodeModel(file(header, 5)).model.arrays['b']).toEqual(Float32Array.of(0))
})

test('a file without a checksum is refused, and no metadata may pretend to one', () => {
  const { checksum: _, ...unsummed } = meta
  expect(() => decodeModel(file({ __metadata__: unsummed }, 0))).toThrow('no checksum')
  for (const own of ['kind', 'params', 'checksum']) {
    expect(() => encodeModel(model, { [own]: 'x' })).toThrow(expect.objectContaining({ code: 'bad_parameter' }))
  }
})

test('every flipped bit of a file is told', () => {
  const bytes = encodeModel(model, { '0': 'first', note: '"checksum":"00000000"' })
  expect(decodeModel(bytes.buffer).model).toEqual(model)
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7)
    expect(() => decodeModel(bytes.buffer), `bit ${bit}`).toThrow(expect.objectContaining({ code: 'bad_model' }))
    bytes[bit >> 3]! ^= 1 << (bit & 7)
  }
})

test('no damage to a file ends in anything but a coded error', () => {
  const whole = encodeModel(model)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, length) => {
      const damaged = whole.slice()
      damaged[at] = byte
      const end = length || whole.length
      fc.pre(end < whole.length || byte !== whole[at])
      expect(() => decodeModel(damaged.slice(0, end).buffer)).toThrow(expect.objectContaining({ code: 'bad_model' }))
    }),
    { seed: 1 },
  )
})
