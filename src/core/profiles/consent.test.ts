import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConsentState, LEGAL_BASES, type LegalBasis } from '../../contracts/consent.ts'
import { gate, latestStatements, permits } from './consent.ts'
import { feature } from './features/feature.ts'
import { frequency } from './features/purchases.ts'
import { basketHash, ProfileState } from './profile-state.ts'
import { distinct } from './states/distinct.ts'

function stateWith(orderId: string): Uint8Array {
  const state = new ProfileState()
  const event = {
    kind: 'order_completed',
    happenedAt: 1,
    receivedAt: 1,
    at: 1,
    orderId,
    lines: [],
    consents: [],
    bot: false,
  } as const
  state.write({ event, products: new Int32Array(0), basket: basketHash(orderId, '') }, () => undefined)
  return state.encode()
}

function says(granted: boolean, at = 1, purpose: ConsentState['purpose'] = 'personalisation'): ConsentState {
  return { purpose, granted, at, source: 'test' }
}

const asked = {
  profile: 7,
  bot: false,
  states: [stateWith('o1')],
  purpose: 'personalisation',
  optedOut: false,
  now: 10,
} as const

describe('the consent gate', () => {
  it('lets a basis of consent through only after a yes', () => {
    const basis = 'consent'
    expect(gate({ ...asked, basis, statements: [] })).toEqual({ basis: 'contextual', cause: 'no_consent' })
    expect(gate({ ...asked, basis, statements: [says(false)] })).toEqual({ basis: 'contextual', cause: 'objection' })
    expect(gate({ ...asked, basis, statements: [says(true)] })).toMatchObject({ basis: 'personalised', profile: 7 })
  })

  it.each(['contract', 'sample'] as const)('lets a basis of %s through until a no', (basis) => {
    expect(gate({ ...asked, basis, statements: [] }).basis).toBe('personalised')
    expect(gate({ ...asked, basis, statements: [says(false)] }).basis).toBe('contextual')
    expect(gate({ ...asked, basis, statements: [says(false, 1), says(true, 2)] }).basis).toBe('personalised')
  })

  it('hides even who it is from an objection on the request, and from bots', () => {
    const basis = 'contract'
    expect(gate({ ...asked, basis, statements: [], optedOut: true })).toEqual({
      basis: 'contextual',
      cause: 'objection',
    })
    expect(gate({ ...asked, basis, statements: [], bot: true })).toEqual({ basis: 'contextual', cause: 'bot' })
  })

  it('takes linked profiles together', () => {
    const states = [stateWith('o1'), stateWith('o2'), stateWith('o1')]
    const view = gate({ ...asked, basis: 'contract', states, statements: [] })
    expect(view.basis === 'personalised' && view.value(frequency)).toBe(2)
  })

  it('leaves out the features of purposes that were not consented to', () => {
    const forAds = feature({
      name: frequency.name,
      purpose: 'advertising',
      state: distinct(64),
      writes: () => [],
      value: () => 'seen',
    })
    const see = (statements: ConsentState[], basis: LegalBasis) => {
      const view = gate({ ...asked, basis, statements })
      return view.basis === 'personalised' ? view.value(forAds) : 'contextual'
    }
    expect(see([says(true)], 'consent')).toBeUndefined()
    expect(see([says(true), says(true, 1, 'advertising')], 'consent')).toBe('seen')
    expect(see([says(false, 1, 'advertising')], 'contract')).toBeUndefined()
  })

  it('never shows a shopper whose last word was no', () => {
    const statement = fc.record({ granted: fc.boolean(), at: fc.integer({ min: 0, max: 20 }) })
    fc.assert(
      fc.property(fc.array(statement), fc.constantFrom(...LEGAL_BASES), (statements, basis) => {
        const view = gate({
          ...asked,
          basis,
          statements: statements.map(({ granted, at }) => says(granted, at)),
        })
        const last = Math.max(...statements.map(({ at }) => at))
        const denied = statements.some(({ at, granted }) => at === last && !granted)
        if (denied) expect(view.basis).toBe('contextual')
        else
          expect(view.basis).toBe(
            permits(basis, statements.length > 0 ? true : undefined) ? 'personalised' : 'contextual',
          )
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})

describe('latest statements', () => {
  it('takes the no of two statements at one moment, in either order', () => {
    expect(latestStatements([says(true, 5), says(false, 5)]).get('personalisation')?.granted).toBe(false)
    expect(latestStatements([says(false, 5), says(true, 5)]).get('personalisation')?.granted).toBe(false)
  })
})
