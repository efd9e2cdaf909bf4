import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openForTest, testStore } from '../../test/storage/options.ts'
import { appendAll, collect, NOON, profileRow, shopEvent } from '../../testkit/stores/sample-events.ts'
import { layoutOf } from './layout.ts'

const MARKER = 'marker-7f3a91'

/** Files of the store whose bytes hold the text in UTF-8 or UTF-16. */
function filesWith(directory: string, text: string): string[] {
  const { database, keyDatabase } = layoutOf(directory)
  return [database, `${database}-wal`, keyDatabase, `${keyDatabase}-wal`].filter((path) => {
    if (!existsSync(path)) return false
    const bytes = readFileSync(path)
    return bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'))
  })
}

test('a shopper’s words stand in no file in the clear, and after erasure not even sealed', async () => {
  const { store, options } = await testStore()
  const others = Array.from({ length: 300 }, (_, i) => shopEvent({ userId: `${i}-customer`, at: NOON + i }))
  await appendAll(store, 'a', others.slice(0, 150))
  const event = shopEvent({
    kind: 'order_completed',
    userId: `${MARKER}@example.org`,
    anonymousId: `${MARKER}-device`,
    orderId: `${MARKER}-order`,
    query: `${MARKER} query`,
    traits: { email: `${MARKER}@example.org` },
    lines: [{ productId: 'mug', quantity: 1 }],
  })
  const { profiles } = await appendAll(store, MARKER, [event])
  await appendAll(store, 'b', others.slice(150))
  const [profile = -1] = profiles
  expect(await store.profiles.traits(profile)).toEqual({ email: `${MARKER}@example.org` })
  expect(filesWith(options.directory, MARKER)).toEqual([])

  const uuid = (await store.profiles.find(`${MARKER}@example.org`))?.id ?? ''
  const idBytes = Buffer.from(uuid.replaceAll('-', ''), 'hex')
  const { database } = layoutOf(options.directory)
  await store.profiles.erase(profile)
  for (const path of [database, `${database}-wal`]) {
    if (existsSync(path)) expect(readFileSync(path).includes(idBytes)).toBe(false)
  }
  await store.close()
  const again = await openForTest(options)
  expect(await again.events.count()).toBe(300)
  expect(await collect(again.events.ofProfile(await profileRow(again, '7-customer')))).toHaveLength(1)
})
