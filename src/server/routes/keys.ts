import { CodedError } from '../../contracts/errors.ts'
import { uuidv7 } from '../../contracts/ids.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { createKey, listKeys, removeKey } from '../../contracts/routes/engine.ts'
import type { ApiKeyRepository, Clock, RandomBytes } from '../../core/ports.ts'
import { type Authenticator, newSecret } from '../auth.ts'

export interface KeyParts {
  readonly keys: ApiKeyRepository
  readonly authenticator: Authenticator
  readonly clock: Clock
  readonly randomBytes: RandomBytes
}

export function keyRoutes({ keys, authenticator, clock, randomBytes }: KeyParts): RouteHandler[] {
  return [
    handle(createKey, async ({ body: { name, scopes, origins } }) => {
      const { secret, hash } = newSecret(randomBytes)
      const createdAt = clock()
      const key = {
        id: uuidv7(createdAt, randomBytes),
        name,
        scopes: [...new Set(scopes)],
        ...(origins === undefined ? {} : { origins }),
        createdAt,
      }
      await keys.add(key, hash)
      return { key, secret }
    }),
    handle(listKeys, async () => ({ keys: await keys.list() })),
    handle(removeKey, async ({ params: { id } }) => {
      const removed = await keys.remove(id)
      authenticator.forget()
      if (!removed) throw new CodedError('KEY_NOT_FOUND', { key: id })
      return { ok: true as const }
    }),
  ]
}
