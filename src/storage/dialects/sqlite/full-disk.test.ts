import { join } from 'node:path'
import { expect, test } from 'vitest'
import { optionsFor, testFolder } from '../../../../test/storage/options.ts'
import { appendAll, collect, NOON, purchase, shopEvent } from '../../../../testkit/stores/sample-events.ts'
import type { Identity } from '../../../core/ports.ts'
import { createStore } from '../../store.ts'
import { openSqliteStore } from './sqlite-store.ts'

const big = 'x'.repeat(30_000)

test('a full disk refuses what does not fit, keeps what was acknowledged, and takes what fits again', async () => {
  const options = optionsFor(join(testFolder(), 'store'))
  await createStore(options)
  const store = await openSqliteStore({ ...options, maxPages: { store: 110 } })
  await appendAll(store, 'first', [purchase('u', ['mug'])])
  const write = (key: string) => appendAll(store, key, [{ ...purchase('u', ['mug']), query: big }])
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => write(`big${i}-`)))
  const kept = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [`big${i}-0`] : []))
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(kept.length).toBeGreaterThan(0)
  expect(refused.length).toBeGreaterThan(0)
  for (const reason of refused) expect(reason).toMatchObject({ code: 'DISK_FULL' })
  await store.close()

  const roomy = await openSqliteStore(options)
  expect(await roomy.events.count()).toBe(1 + kept.length)
  const keys = outcomes.map((_, i) => `big${i}-0`)
  const known = await roomy.events.known('api', keys)
  expect(keys.filter((_, i) => known[i] === 1)).toEqual(kept)
  expect(await roomy.maintenance.integrity()).toEqual([])
  expect(await appendAll(roomy, 'after', [purchase('u', ['mug'])])).toMatchObject({ added: 1 })
  await roomy.close()
})

test('a disk that has no room for keys refuses new shoppers, and every acknowledged one can be read', async () => {
  const options = optionsFor(join(testFolder(), 'store'))
  await createStore(options)
  const store = await openSqliteStore({ ...options, maxPages: { keys: 6 } })
  const arrive = async (i: number) => {
    const identities = Array.from({ length: 10 }, (_, j) => identity(`${i}-${j}`))
    await store.profiles.resolve(identities)
    await appendAll(store, `e${i}-`, [shopEvent({ kind: 'identified', userId: `${i}-0`, traits: { number: i } })])
  }
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => arrive(i)))
  const kept = outcomes.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []))
  expect(kept.length).toBeGreaterThan(0)
  expect(kept.length).toBeLessThan(40)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'DISK_FULL' })
  }
  await store.close()
  const roomy = await openSqliteStore(options)
  for (const i of kept) {
    const row = (await roomy.profiles.find(`${i}-0`))?.row ?? -1
    expect(await roomy.profiles.traits(row)).toEqual({ number: i })
    expect(await collect(roomy.events.ofProfile(row))).toHaveLength(1)
  }
  await roomy.close()
})

function identity(userId: string): Identity {
  return { userId, at: NOON, basis: 'contract' }
}
