import { rng } from '@storemind/ml'
import { it } from 'vitest'
import { killedServers } from './ingest-kill.ts'

it('every acknowledged event is there once when the server is killed under load', async () => {
  await killedServers([1, 9, 40], rng(3))
}, 120_000)
