import { expect, test } from 'vitest'
import { modelContract } from '../../../../testkit/models/contract.ts'
import { decayedPopularity } from './decayed-popularity.ts'
import { personalFrequency } from './personal-frequency.ts'
import { trend } from './trend.ts'

modelContract({
  algorithm: decayedPopularity,
  keepsScores: false,
  abilities: ['scoresItems'],
  skip: { 'the checkerboard': 'it says the same to everyone' },
})
modelContract({
  algorithm: trend,
  keepsScores: false,
  params: { recentDays: 20, baseDays: 40 },
  abilities: ['scoresItems'],
  skip: {
    'weights and times that are all the same': 'a trend needs a past to rise from',
    'the checkerboard': 'it says the same to everyone',
  },
})
modelContract({
  algorithm: personalFrequency,
  keepsScores: false,
  params: { fill: 0, halfLifeDays: 20, readiness: true, counting: 'weights' },
  abilities: ['scoresItems', 'explains'],
  explanation: 'sum',
  skip: { 'the checkerboard': 'it knows only what the user took before' },
})

test('a trend without a past is refused, not invented', async () => {
  const { oneOfEach } = await import('../../../../testkit/models/shops.ts')
  const same = new Map(oneOfEach()).get('weights and times that are all the same')
  if (!same) throw new Error('the shop is gone')
  await expect(trend.trainer().fit(same, { rng: { next: () => 0 }, threads: 1 })).rejects.toThrow(
    expect.objectContaining({ code: 'empty_data' }),
  )
})
