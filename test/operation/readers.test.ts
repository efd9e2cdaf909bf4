import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { openShop } from '../bad-input/shop-under-test.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')
const { path: root, remove } = temporaryFolder()
const store = join(root, 'store')
beforeAll(async () => (await openShop({ directory: store })).close())
afterAll(remove)

test('a server whose output nobody reads goes on, and ends in good order when it is asked to', async () => {
  const flags = ['--conditions=storemind-source', '--disable-warning=ExperimentalWarning']
  const args = ['serve', '--store', store, '--port', '0', '--set', 'log.level=debug']
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  // Where it answers is said to nobody, and known from the log.
  child.stdout.destroy()
  let log = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString()
      const port = /127\.0\.0\.1:(\d+)/.exec(log)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/readyz`)
    })
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${log}`)))
  })
  child.stderr.destroy()
  // Each answer is a line of the log, which breaks the pipe when it is written.
  for (let i = 0; i < 5; i++) expect((await fetch(url)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
