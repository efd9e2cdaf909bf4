import type { Connection } from '../dialects/sqlite/connection.ts'
import type { RandomStream } from '../seal.ts'
import type { EventKeys } from './event-keys.ts'
import type { Keyring } from './keyring.ts'
import type { NameCache } from './name-cache.ts'
import type { ProfileHeads } from './profile-heads.ts'

/** What a write is given: it runs on the writer's thread, inside the transaction of its group. */
export interface WriteContext {
  readonly connection: Connection
  readonly keyring: Keyring
  readonly random: RandomStream
  readonly eventKeys: EventKeys
  readonly names: NameCache
  readonly heads: ProfileHeads
}

/** What a read on the calling thread is given. */
export interface ReadContext {
  readonly connection: Connection
  readonly keyring: Keyring
}
