import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ProfileRow, Store } from '../../src/core/ports.ts'
import { anonymousRow, NOON, profileRow } from './sample-events.ts'
import type { CurrentStore } from './store-contract.ts'

interface Step {
  readonly link: boolean
  readonly from: number
  readonly to: number
}

/** The rule in its plainest form: every step looks at all links again. */
class NaiveIdentities {
  readonly #known: readonly boolean[]
  #links: { from: number; to: number }[] = []

  constructor(known: readonly boolean[]) {
    this.#known = known
  }

  run({ link, from, to }: Step): boolean {
    const there = this.#links.some((one) => one.from === from && one.to === to)
    if (!link) {
      this.#links = this.#links.filter((one) => one.from !== from || one.to !== to)
      return there
    }
    const together = new Set([...this.members(from), ...this.members(to)])
    if ([...together].filter((one) => this.#known[one]).length > 1) return false
    if (!there) this.#links.push({ from, to })
    return true
  }

  members(of: number): number[] {
    const found = new Set([of])
    for (let size = 0; size < found.size; ) {
      size = found.size
      for (const { from, to } of this.#links) if (found.has(from) || found.has(to)) found.add(from).add(to)
    }
    return [...found].sort((a, b) => a - b)
  }

  canonical(of: number): number {
    const members = this.members(of)
    const leadsAway = (one: number) => this.#links.some(({ from, to }) => from === one && to !== one)
    return members.find((one) => this.#known[one]) ?? members.find((one) => !leadsAway(one)) ?? members[0] ?? of
  }
}

const PROFILES = 7
const step = fc.record({
  link: fc.boolean(),
  from: fc.nat(PROFILES - 1),
  to: fc.nat(PROFILES - 1),
})

async function makeProfiles(store: Store, run: number, known: readonly boolean[]): Promise<ProfileRow[]> {
  const rows: ProfileRow[] = []
  for (const [i, isKnown] of known.entries()) {
    const name = `run${run}-${i}`
    rows.push(isKnown ? await profileRow(store, name) : await anonymousRow(store, name))
  }
  return rows
}

export function identityContract(it: CurrentStore): void {
  describe('identity', () => {
    test('links and their undoing lead where a naive model leads, for any sequence', async () => {
      const store = it.store()
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.boolean(), { minLength: PROFILES, maxLength: PROFILES }),
          fc.array(step, { maxLength: 14 }),
          async (known, steps) => {
            const rows = await makeProfiles(store, run++, known)
            const naive = new NaiveIdentities(known)
            const row = (i: number) => rows[i] ?? -1
            for (const one of steps) {
              const done = one.link
                ? await store.profiles.link(row(one.from), row(one.to), 'test', NOON)
                : await store.profiles.unlink(row(one.from), row(one.to), NOON)
              expect(done).toBe(naive.run(one))
            }
            for (const [i, own] of rows.entries()) {
              expect(await store.profiles.canonical(own)).toBe(row(naive.canonical(i)))
              const members = [...(await store.profiles.members(own))].sort((a, b) => a - b)
              expect(members).toEqual(naive.members(i).map(row))
            }
          },
        ),
        { numRuns: 25, seed: 20_260_105 },
      )
    }, 60_000)

    test('two known customers on one device never become one', async () => {
      const store = it.store()
      const [anna, ben, tablet] = [
        await profileRow(store, 'anna'),
        await profileRow(store, 'ben'),
        await anonymousRow(store, 't'),
      ]
      expect(await store.profiles.link(tablet, anna, 'login', NOON)).toBe(true)
      expect(await store.profiles.link(tablet, ben, 'login', NOON)).toBe(false)
      expect(await store.profiles.canonical(tablet)).toBe(anna)
      expect(await store.profiles.members(ben)).toEqual([ben])
    })

    test('a merge can be traced and undone, and counts once', async () => {
      const store = it.store()
      const [anna, tablet] = [await profileRow(store, 'anna'), await anonymousRow(store, 't')]
      await store.profiles.link(tablet, anna, 'login', NOON)
      expect(await store.profiles.count()).toBe(1)
      expect((await store.profiles.find('t'))?.row).toBe(anna)
      expect(await store.profiles.unlink(tablet, anna, NOON + 1)).toBe(true)
      expect(await store.profiles.unlink(tablet, anna, NOON + 2)).toBe(false)
      expect(await store.profiles.count()).toBe(2)
      expect((await store.profiles.find('t'))?.row).toBe(tablet)
      const link = { from: tablet, to: anna, at: NOON, cause: 'login', undoneAt: NOON + 1 }
      expect(await store.profiles.links(tablet)).toEqual([link])
      expect(await store.profiles.links(anna)).toEqual([link])
    })

    test('linked profiles stand on the narrowest of their bases, and one bot makes all of them bots', async () => {
      const store = it.store()
      const anna = await profileRow(store, 'anna', 'contract')
      const [tablet = -1] = await store.profiles.resolve([{ anonymousId: 't', at: NOON - 9, basis: 'consent' }])
      await store.profiles.link(tablet, anna, 'login', NOON)
      expect(await store.profiles.find('anna')).toMatchObject({ basis: 'consent', createdAt: NOON - 9, bot: false })
      await store.profiles.markBot(tablet, true)
      expect(await store.profiles.find('anna')).toMatchObject({ bot: true })
    })
  })
}
