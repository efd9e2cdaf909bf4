import { describe, expect, it } from 'vitest'
import type { DecisionWrite } from '../ports.ts'
import { createDecisionLog } from './log.ts'
import { DEFAULT_PLACEMENTS, openPlacements } from './placements.ts'

function log() {
  const kept = new Map<string, DecisionWrite>()
  let next = 0
  return createDecisionLog({
    decisions: {
      async append(decisions) {
        for (const decision of decisions) kept.set(decision.id, decision)
      },
      get: async (id) => kept.get(id),
      attempts: async () => [],
      inputs: async () => undefined,
      sample: async () => [...kept.values()],
    },
    randomBytes: (bytes) => bytes.fill(next++),
  })
}

const RECORD = {
  basis: 'contextual',
  cause: 'first_visit',
  modelVersion: null,
  seed: 4,
  exploreRate: 0,
  newShare: 0,
  limit: 10,
  items: [],
  refused: {},
} as const

describe('the decision log', () => {
  it('gives each decision an id by which it is found again', async () => {
    const decisions = log()
    const made = [
      { at: 5, placement: 'home', record: RECORD },
      { at: 6, placement: 'cart', profile: 3, record: { ...RECORD, seed: 9 } },
    ]
    const ids = await decisions.append(made)
    expect(new Set(ids).size).toBe(2)
    expect(await decisions.get(ids[1] ?? '')).toEqual({ id: ids[1], ...made[1] })
  })

  it('has no decision that was not made', async () => {
    await expect(log().get('nothing')).rejects.toMatchObject({ code: 'DECISION_NOT_FOUND' })
  })
})

describe('placements', () => {
  it('are the defaults until the store says otherwise, and what it said from then on', async () => {
    const [home] = DEFAULT_PLACEMENTS
    if (home === undefined) throw new Error('there is no default placement')
    const stored = [{ ...home, size: 3 }]
    const placements = await openPlacements({
      all: async () => stored,
      put: async (placement) => void stored.push(placement),
    })
    expect(placements.get('home').size).toBe(3)
    expect(placements.get('cart').anchor).toBe('cart')
    await placements.put({ ...home, name: 'checkout', size: 2 })
    expect(placements.get('checkout').size).toBe(2)
    expect(stored.map(({ name }) => name)).toEqual(['home', 'checkout'])
  })

  it('name those that there are when one is asked for that is not', async () => {
    const placements = await openPlacements({ all: async () => [], put: async () => {} })
    expect(() => placements.get('nowhere')).toThrow(/PLACEMENT_NOT_FOUND/)
  })
})
