import type { Store } from '../../src/core/ports.ts'

/** What a store implementation gives to its contract: a fresh empty store, and a way to open it again. */
export interface StoreUnderTest {
  /** The store as it is open now. */
  readonly store: Store
  /** Closes it and opens it again. */
  reopen(): Promise<Store>
  /** Closes it and removes what it left. */
  dispose(): Promise<void>
}

export type OpenStoreUnderTest = () => Promise<StoreUnderTest>
