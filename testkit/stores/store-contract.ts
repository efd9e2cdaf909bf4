import { afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../../src/core/ports.ts'
import { catalogContract } from './catalog-contract.ts'
import { decisionsContract } from './decisions-contract.ts'
import { eventsContract } from './events-contract.ts'
import { identityContract } from './identity-contract.ts'
import { maintenanceContract } from './maintenance-contract.ts'
import { outcomesContract } from './outcomes-contract.ts'
import { profilesContract } from './profiles-contract.ts'
import { readerContract } from './reader-contract.ts'
import { recordsContract } from './records-contract.ts'
import type { OpenStoreUnderTest, StoreUnderTest } from './store-under-test.ts'
import { webhooksContract } from './webhooks-contract.ts'

/** The store of the running test. */
export interface CurrentStore {
  store(): Store
  reopen(): Promise<Store>
}

/**
 * What every store must do, whatever engine it stands on. An implementation runs it by saying what it is:
 *
 *     storeContract('sqlite', openTemporaryStore)
 */
export function storeContract(name: string, open: OpenStoreUnderTest): void {
  describe(`the store on ${name}`, () => {
    let current: StoreUnderTest | undefined
    const running = () => {
      if (current === undefined) throw new Error('the store is opened before each test')
      return current
    }
    beforeEach(async () => {
      current = await open()
    })
    afterEach(async () => {
      await current?.dispose()
      current = undefined
    })
    const it: CurrentStore = { store: () => running().store, reopen: () => running().reopen() }
    eventsContract(it)
    catalogContract(it)
    profilesContract(it)
    identityContract(it)
    readerContract(it)
    recordsContract(it)
    decisionsContract(it)
    outcomesContract(it)
    maintenanceContract(it)
    webhooksContract(it)
  })
}
