import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'

const { path: folder, remove } = temporaryFolder()
const home = join(folder, 'storemind')
beforeAll(() => {
  // The command as it is installed, with a program in it that only says how it was started.
  for (const part of ['bin', 'dist/cli']) mkdirSync(join(home, part), { recursive: true })
  for (const file of ['storemind', 'serving.mjs'])
    copyFileSync(join(import.meta.dirname, '../../bin', file), join(home, 'bin', file))
  writeFileSync(join(home, 'dist/cli/main.js'), 'process.stdout.write(process.execArgv.join(" "))')
})
afterAll(remove)

const flagsOf = (...args: string[]) =>
  execFileSync(process.execPath, [join(realpathSync(home), 'bin/storemind'), ...args], { encoding: 'utf8' })

test.each([
  ['serve', '--store', 'shop'],
  ['--store', 'shop', 'serve'],
  ['--json', '--set', 'log.level=debug', 'serve'],
  ['demo', '--serve'],
])('a server collects its garbage as a server, also by: %s %s %s', (...args) => {
  expect(flagsOf(...args)).toContain('--max-semi-space-size=8 --no-parallel-scavenge')
})

test('other commands do not', () => {
  for (const args of [['train'], ['demo'], []]) expect(flagsOf(...args)).not.toContain('semi-space')
})
