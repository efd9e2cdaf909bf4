import { expect, test } from 'vitest'
import { defineAlgorithm } from './algorithm.ts'
import { MlError } from './errors.ts'
import { declareParameters } from './parameters.ts'
import { registry } from './registry.ts'
import { rng } from './rng.ts'
import { pause } from './run.ts'

const toy = defineAlgorithm({
  kind: 'toy',
  parameters: declareParameters<{ k: number }>({ k: { type: 'integer', default: 2, min: 1, max: 9, meaning: 'size' } }),
  memory: (data: Int32Array) => data.byteLength,
  async fit(data: Int32Array, { k }, run) {
    for (let i = 0; i < k; i++) await pause(run, (i + 1) / k)
    return { ids: data, offsets: Int32Array.of(0, data.length) }
  },
  open(arrays) {
    const ids = arrays.indices('ids', 10)
    arrays.offsets('offsets', ids.length)
    return { items: ids.length, similar: () => ({ ids, scores: new Float32Array(ids.length) }) }
  },
})
const run = { rng: rng(1), threads: 1 }

test('what takes more memory than the run may is refused, and says how much it takes', async () => {
  const trainer = toy.trainer({ k: 3 })
  const data = new Int32Array(500_000).fill(4)
  expect(trainer.memory(data)).toBe(2_000_000)
  await expect(trainer.fit(data, { ...run, memory: 1_999_999 })).rejects.toMatchObject({
    code: 'too_large',
    detail: 'toy takes up to 2 MB to learn, and 2 MB may be taken',
  })
})

test('a trained model opens with the abilities it has and no others', async () => {
  const model = await toy.trainer({ k: 3 }).fit(Int32Array.of(4), run)
  expect(model.params).toEqual({ k: 3 })
  const opened = registry([toy]).open(model)
  expect(Object.keys(opened)).toEqual(['findsSimilar'])
})

test('what is wrong with a model is said by bad_model', async () => {
  const model = await toy.trainer().fit(Int32Array.of(4), run)
  const open = registry([toy]).open
  for (const broken of [
    { ...model, kind: 'other' },
    { ...model, params: { k: 0 } },
    { ...model, params: 'k' },
    { ...model, arrays: {} },
    { ...model, arrays: { ...model.arrays, ids: Float32Array.of(4) } },
    { ...model, arrays: { ...model.arrays, ids: Int32Array.of(10) } },
    { ...model, arrays: { ...model.arrays, offsets: Int32Array.of(0, 2) } },
    { ...model, arrays: { ...model.arrays, offsets: Int32Array.of(0, 1, 0, 1) } },
  ]) {
    expect(() => open(broken)).toThrow(expect.objectContaining({ code: 'bad_model' }))
  }
})

test('a signal that fires during the run ends it as cancelled', async () => {
  const control = new AbortController()
  const fit = toy.trainer({ k: 9 }).fit(Int32Array.of(1), {
    ...run,
    signal: control.signal,
    onEpoch: ({ fraction }) => {
      if (fraction > 0.5) control.abort()
    },
  })
  await expect(fit).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }))
})

test('one kind, one algorithm', () => {
  expect(() => registry([toy, toy])).toThrow(MlError)
})
