import { rng } from '@storemind/ml'
import { it } from 'vitest'
import { killedFollowers } from './follower-kill.ts'

it('every outcome counts once when the server is killed while it follows the log', async () => {
  await killedFollowers(40, [15, 30], rng(5))
}, 120_000)
