import { expect, test } from 'vitest'
import { svg } from './chart.ts'

const axes = { title: 'a < b', x: { label: 'seconds', logarithmic: true }, y: { label: 'NDCG' } }

test('every point stands where its figures say', () => {
  const drawn = svg({
    ...axes,
    series: [
      {
        name: 'ours',
        points: [
          [1, 0],
          [10, 0.5],
          [100, 1],
        ],
      },
    ],
  })
  const at = [...drawn.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4" fill="[^"]+"><title>/g)].map((found) => [
    Number(found[1]),
    Number(found[2]),
  ])
  const [[x0 = 0, y0 = 0] = [], [x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = []] = at
  expect(at).toHaveLength(3)
  // Powers of ten at equal distances; up is less.
  expect(x1 - x0).toBeCloseTo(x2 - x1, 0)
  expect(y0 - y1).toBeCloseTo(y1 - y2, 0)
  expect(y0).toBeGreaterThan(y2)
  expect(drawn).toContain('a &lt; b')
})

test.each([[[]], [[[0, 1]]], [[[1, Number.NaN]]]] as [[number, number][]][])('refuses %j', (points) => {
  expect(() => svg({ ...axes, series: [{ name: 'ours', points }] })).toThrow(RangeError)
})
