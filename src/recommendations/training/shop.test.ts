import { expect, it } from 'vitest'
import { plantedReader, plantedShop } from '../../../testkit/recommendations/planted-shop.ts'
import type { JobRun } from '../../core/ports.ts'
import { readShop, type ShopReader } from './shop.ts'

const run: JobRun = { signal: new AbortController().signal, clock: () => Date.UTC(2026, 11, 1), progress: () => {} }

it('refuses a history larger than memory before it reads a line, and reads a window of it', async () => {
  let reads = 0
  const planted = plantedReader(plantedShop(6, 4))
  const reader: ShopReader = {
    ...planted,
    interactions: (window) => {
      reads++
      return planted.interactions(window)
    },
  }
  const { interactions } = await planted.facts()
  await expect(readShop(reader, 0, run, 'train', 145 * interactions - 1)).rejects.toMatchObject({
    code: 'TOO_LITTLE_MEMORY',
    body: { what: expect.stringContaining(`${interactions} lines`) },
  })
  expect(reads).toBe(0)
  expect((await readShop(reader, 0, run, 'train', 145 * interactions)).lines.user.length).toBe(interactions)
  expect((await readShop(reader, 7, run, 'train', 0)).lines.user.length).toBeLessThan(interactions)
})
