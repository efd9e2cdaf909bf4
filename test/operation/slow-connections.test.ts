import { expect, test } from 'vitest'
import { slowConnections } from './slow-connections.ts'

test('connections that never finish a request are cut, and others are answered meanwhile', async () => {
  expect((await slowConnections(500)).answers).toBeGreaterThan(10)
}, 60_000)
