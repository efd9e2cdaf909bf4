import { describe, expect, test } from 'vitest'
import { anonymousRow, appendAll, collect, decisionId, NOON, profileRow, purchase, shopEvent } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

export function profilesContract(it: CurrentStore): void {
  describe('profiles', () => {
    test('a user and a device of the same name are two profiles; an identity with both is the user’s', async () => {
      const store = it.store()
      const user = await profileRow(store, 'same')
      const device = await anonymousRow(store, 'same')
      expect(device).not.toBe(user)
      const [both] = await store.profiles.resolve([
        { userId: 'same', anonymousId: 'other', at: NOON, basis: 'consent' },
      ])
      expect(both).toBe(user)
      expect(await store.profiles.find('same')).toMatchObject({ row: user, basis: 'contract', bot: false })
      expect(await store.profiles.find('other')).toBeUndefined()
    })

    test('a profile is found by its own id, and times span what was seen', async () => {
      const store = it.store()
      const { profiles } = await appendAll(store, 'k', [purchase('u', ['x'], NOON + 5), purchase('u', ['x'], NOON + 2)])
      const found = await store.profiles.find('u')
      expect(found).toMatchObject({ row: profiles[0], createdAt: NOON + 5, lastSeenAt: NOON + 5 })
      expect(await store.profiles.find(found?.id ?? '')).toEqual(found)
      expect(await store.profiles.byRow(profiles[0] ?? -1)).toEqual(found)
      expect(await store.profiles.byRow(99_999)).toBeUndefined()
    })

    test('of each trait the latest word counts, whatever the order of arrival', async () => {
      const store = it.store()
      const at = (offset: number, traits: Record<string, unknown>) =>
        shopEvent({ kind: 'identified', userId: 'u', at: NOON + offset, traits })
      await appendAll(store, 'k', [at(10, { name: 'new', city: 'x' }), at(5, { name: 'old', age: 3 })])
      const row = await profileRow(store, 'u')
      expect(await store.profiles.traits(row)).toEqual({ name: 'new', city: 'x', age: 3 })
    })

    test('the latest statement on a purpose counts, over all linked profiles', async () => {
      const store = it.store()
      const user = await profileRow(store, 'u')
      const device = await anonymousRow(store, 'd')
      const yes = { purpose: 'personalisation', granted: true, at: NOON, source: 'identify' } as const
      const no = { purpose: 'personalisation', granted: false, at: NOON + 1, source: 'console' } as const
      await store.profiles.writeConsents(user, [no, yes])
      expect(await store.profiles.consents(user)).toEqual([no])
      await store.profiles.writeConsents(device, [{ ...yes, at: NOON + 2 }])
      expect(await store.profiles.consents(user)).toEqual([no])
      await store.profiles.link(device, user, 'login', NOON)
      expect(await store.profiles.consents(user)).toEqual([{ ...yes, at: NOON + 2 }])
    })

    test('an erased shopper is gone from everywhere with all linked profiles, and others stay', async () => {
      const store = it.store()
      const other = await appendAll(store, 'o', [purchase('other', ['mug'], NOON, 'order-other')])
      const events = [
        purchase('u', ['mug', 'plate'], NOON, 'order-1'),
        shopEvent({ kind: 'identified', userId: 'u', traits: { email: 'x' } }),
      ]
      const { profiles } = await appendAll(store, 'k', events)
      const device = await appendAll(store, 'd', [shopEvent({ anonymousId: 'device' })])
      const [user = -1] = profiles
      const [linked = -1] = device.profiles
      await store.profiles.link(linked, user, 'login', NOON)
      await store.profiles.writeStates([{ profile: user, version: 1, state: Uint8Array.of(1), through: 1 }])
      await store.profiles.writeConsents(user, [{ purpose: 'analytics', granted: true, at: NOON, source: 's' }])
      const id = decisionId(1)
      await store.decisions.append([{ id, at: NOON, profile: user, placement: 'home', record: Uint8Array.of(9) }])
      const counts = await store.profiles.erase(linked)
      expect(counts).toMatchObject({ profiles: 2, events: 3, lines: 2, profile_states: 1, consents: 1, traits: 1 })
      expect(counts).toMatchObject({ identity_links: 1, profile_keys: 2, orders: 1 })
      expect(await store.profiles.find('u')).toBeUndefined()
      expect(await store.profiles.find('device')).toBeUndefined()
      expect(await collect(store.events.ofProfile(user))).toEqual([])
      expect((await store.profiles.states([user])).size).toBe(0)
      expect(await store.decisions.get(id)).not.toHaveProperty('profile')
      expect(await store.events.count()).toBe(1)
      expect(await collect(store.events.ofProfile(other.profiles[0] ?? -1))).toHaveLength(1)
    })

    test('what an erased shopper sends again makes a new profile, under a new row', async () => {
      const store = it.store()
      const first = await appendAll(store, 'k', [purchase('u', ['mug'])])
      await store.profiles.erase(first.profiles[0] ?? -1)
      await expect(
        store.profiles.writeConsents(first.profiles[0] ?? -1, [
          { purpose: 'analytics', granted: true, at: NOON, source: 's' },
        ]),
      ).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
      const again = await appendAll(store, 'k', [purchase('u', ['mug'])])
      expect(again).toMatchObject({ added: 1, known: 0 })
      expect(again.profiles[0]).toBeGreaterThan(first.profiles[0] ?? Number.POSITIVE_INFINITY)
    })
  })
}
