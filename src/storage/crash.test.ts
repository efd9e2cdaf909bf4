import { join } from 'node:path'
import { test } from 'vitest'
import { crashRounds } from '../../test/storage/crash-rounds.ts'
import { optionsFor, testFolder } from '../../test/storage/options.ts'

test('a process that is killed while it writes loses nothing that was acknowledged, and doubles nothing', async () => {
  await crashRounds(optionsFor(join(testFolder(), 'store')), [1, 7, 30])
}, 60_000)
