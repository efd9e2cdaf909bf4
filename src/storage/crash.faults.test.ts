import { join } from 'node:path'
import { test } from 'vitest'
import { crashRounds } from '../../test/storage/crash-rounds.ts'
import { optionsFor, testFolder } from '../../test/storage/options.ts'

test('50 kills while writing lose nothing that was acknowledged, and double nothing', async () => {
  const rounds = Array.from({ length: 50 }, (_, i) => 1 + ((i * 7) % 40))
  await crashRounds(optionsFor(join(testFolder(), 'store')), rounds)
}, 900_000)
