import { expect, test } from 'vitest'
import { testFolder, testStore } from '../../../../test/storage/options.ts'
import { WriterClient } from './writer.ts'

test('when the writer dies, calls under way and later ones are refused with a code', async () => {
  const seed = new Uint8Array(32)
  const writer = new WriterClient({ directory: testFolder(), masterKey: new Uint8Array(32), seed })
  const calls = [1, 2].map((at) => writer.call('interruptJobs', { at }))
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'WORKER_DIED' })
  await expect(writer.call('interruptJobs', { at: 3 })).rejects.toMatchObject({ code: 'WORKER_DIED' })
  await writer.close()
})

test('a closed store answers what was asked before, and refuses what comes after', async () => {
  const { store } = await testStore()
  const before = store.catalog.resolve(['mug'])
  await store.close()
  expect((await before).length).toBe(1)
  await expect(store.models.reserveVersion()).rejects.toMatchObject({ code: 'NOT_READY' })
})
