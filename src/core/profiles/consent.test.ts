import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ConsentState, LEGAL_BASES, type LegalBasis } from '../../contracts/consent.ts'
import { gate, latestStatements, type Member, permits } from './consent.ts'
import { feature } from './features/feature.ts'
import { frequency } from './features/purchases.ts'
import { basketHash, ProfileState } from './profile-state.ts'
import { totals } from './states/totals.ts'

function member(basis: LegalBasis, orderId: string): Member {
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
  return { basis, state: state.encode() }
}

function says(granted: boolean, at = 1, purpose: ConsentState['purpose'] = 'personalisation'): ConsentState {
  return { purpose, granted, at, source: 'test' }
}

const asked = { profile: 7, bot: false, purpose: 'personalisation', optedOut: false, now: 10 } as const

describe('the consent gate', () => {
  it('lets a basis of consent through only after a yes', () => {
    const members = [member('consent', 'o1')]
    expect(gate({ ...asked, members, statements: [] })).toEqual({ basis: 'contextual', cause: 'no_consent' })
    expect(gate({ ...asked, members, statements: [says(false)] })).toEqual({ basis: 'contextual', cause: 'objection' })
    expect(gate({ ...asked, members, statements: [says(true)] })).toMatchObject({ basis: 'personalised', profile: 7 })
  })

  it.each(['contract', 'sample'] as const)('lets a basis of %s through until a no', (basis) => {
    const members = [member(basis, 'o1')]
    expect(gate({ ...asked, members, statements: [] }).basis).toBe('personalised')
    expect(gate({ ...asked, members, statements: [says(false)] }).basis).toBe('contextual')
    expect(gate({ ...asked, members, statements: [says(false, 1), says(true, 2)] }).basis).toBe('personalised')
  })

  it('hides even who it is from an objection on the request, and from bots', () => {
    const members = [member('contract', 'o1')]
    expect(gate({ ...asked, members, statements: [], optedOut: true })).toEqual({
      basis: 'contextual',
      cause: 'objection',
    })
    expect(gate({ ...asked, members, statements: [], bot: true })).toEqual({ basis: 'contextual', cause: 'bot' })
  })

  it('uses what each linked profile was taken for, and no more', () => {
    const members = [member('contract', 'o1'), member('consent', 'o2')]
    const orders = (statements: ConsentState[]) => {
      const view = gate({ ...asked, members, statements })
      return view.basis === 'personalised' ? view.value(frequency) : undefined
    }
    expect(orders([])).toBe(1)
    expect(orders([says(true)])).toBe(2)
    expect(orders([says(false)])).toBeUndefined()
  })

  it('leaves out the features of purposes that were not consented to', () => {
    const forAds = feature({
      name: frequency.name,
      purpose: 'advertising',
      state: totals(1),
      writes: () => [],
      value: () => 'seen',
    })
    const see = (statements: ConsentState[], basis: LegalBasis) => {
      const view = gate({ ...asked, members: [{ basis, state: undefined }], statements })
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
          members: [member(basis, 'o1')],
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
      { numRuns: 200 },
    )
  })
})

describe('latest statements', () => {
  it('takes the no of two statements at one moment, in either order', () => {
    expect(latestStatements([says(true, 5), says(false, 5)]).get('personalisation')?.granted).toBe(false)
    expect(latestStatements([says(false, 5), says(true, 5)]).get('personalisation')?.granted).toBe(false)
  })
})
