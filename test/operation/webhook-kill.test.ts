import { rng } from '@storemind/ml'
import { test } from 'vitest'
import { killedDeliveries } from './webhook-kill.ts'

test('no message is lost when the server is killed while jobs end and webhooks are sent', async () => {
  await killedDeliveries(3, rng(4))
}, 120_000)
