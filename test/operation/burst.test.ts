import { expect, test } from 'vitest'
import { newLoad, openBurstShop } from './burst.ts'

test('of a burst far above the bounds each request is answered right or told when to come again, and nothing acknowledged is lost', async () => {
  const shop = await openBurstShop('limits.addressPerSecond=50')
  const load = newLoad()
  await Promise.all([
    ...Array.from({ length: 600 }, (_, n) => shop.send(n, load)),
    ...Array.from({ length: 20 }, () => shop.healthy()),
  ])
  const { statuses, acknowledged, refused } = load
  expect([...statuses.values()].reduce((sum, each) => sum + each, 0)).toBe(600)
  expect(statuses.get(200)).toBeGreaterThanOrEqual(100)
  expect(statuses.get(429)).toBeGreaterThan(0)
  expect(refused.length).toBeGreaterThan(0)
  // Whoever comes again is taken, in its turn.
  const again = newLoad()
  for (let n = 0; again.acknowledged.length === 0; n += 5) await shop.send(1000 + n, again)
  const { known, rows } = await shop.close([...acknowledged, ...again.acknowledged, ...refused])
  expect(rows).toBe(acknowledged.length + again.acknowledged.length)
  expect(known).toBe(rows)
}, 120_000)
