import { SCOPES, type Scope } from '../../contracts/route.ts'
import type { ApiKey } from '../../contracts/routes/engine.ts'
import type { ApiKeyRepository } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { integer, optionalInteger, type Row, text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import { oneOf } from './jobs.ts'
import type { WriteContext } from './writing.ts'

export function addApiKey({ connection }: WriteContext, { key, hash }: { key: ApiKey; hash: Uint8Array }): void {
  connection
    .statement('INSERT INTO api_keys (id, name, scopes, origins, created_at, hash) VALUES (?, ?, ?, ?, ?, ?)')
    .run(key.id, key.name, key.scopes.join(' '), (key.origins ?? []).join(' '), key.createdAt, hash)
}

export function removeApiKey({ connection }: WriteContext, { id }: { id: string }): boolean {
  return Number(connection.statement('DELETE FROM api_keys WHERE id = ?').run(id).changes) > 0
}

export function useApiKey({ connection }: WriteContext, { id, at }: { id: string; at: number }): void {
  connection.statement('UPDATE api_keys SET last_used_at = ? WHERE id = ?').run(at, id)
}

export function createApiKeyRepository(connection: Connection, writer: WriterClient): ApiKeyRepository {
  return {
    add: (key, hash) => writer.call('addApiKey', { key, hash }),
    async list() {
      return connection.statement('SELECT * FROM api_keys ORDER BY created_at, id').all().map(keyOf)
    },
    async byHash(hash) {
      const row = connection.statement('SELECT * FROM api_keys WHERE hash = ?').get(hash)
      if (row === undefined) return undefined
      const { id, scopes, origins = [] } = keyOf(row)
      return { id, scopes, origins }
    },
    used: (id, at) => writer.call('useApiKey', { id, at }),
    remove: (id) => writer.call('removeApiKey', { id }),
  }
}

function keyOf(row: Row): ApiKey {
  const lastUsedAt = optionalInteger(row, 'last_used_at')
  const origins = text(row, 'origins')
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    scopes: scopesOf(text(row, 'scopes')),
    ...(origins === '' ? {} : { origins: origins.split(' ') }),
    createdAt: integer(row, 'created_at'),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
  }
}

function scopesOf(words: string): Scope[] {
  return words.split(' ').map((word) => oneOf(SCOPES, word))
}
