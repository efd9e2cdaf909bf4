import { join } from 'node:path'
import { optionsFor } from '../../test/storage/options.ts'
import { storeContract } from '../../testkit/stores/store-contract.ts'
import type { StoreUnderTest } from '../../testkit/stores/store-under-test.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { createStore, openStore } from './store.ts'

async function openTemporaryStore(): Promise<StoreUnderTest> {
  const folder = temporaryFolder()
  const options = optionsFor(join(folder.path, 'store'))
  await createStore(options)
  let store = await openStore(options)
  return {
    get store() {
      return store
    },
    async reopen() {
      await store.close()
      store = await openStore(options)
      return store
    },
    async dispose() {
      await store.close()
      folder.remove()
    },
  }
}

storeContract('sqlite', openTemporaryStore)
