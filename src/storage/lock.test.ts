import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { testFolder } from '../../test/storage/options.ts'
import { layoutOf } from './layout.ts'
import { acquireLock, readLock } from './lock.ts'

const me = { pid: process.pid, startedAt: 1 }

test('one holder at a time; others read where it answers', () => {
  const path = testFolder()
  expect(readLock(path)).toBeUndefined()
  const lock = acquireLock(path, me)
  expect(() => acquireLock(path, me)).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }))
  expect(readLock(path)).toEqual({ ...me, alive: true })
  lock.announce({ url: 'http://127.0.0.1:1', token: 'secret' })
  expect(readLock(path)).toEqual({ ...me, url: 'http://127.0.0.1:1', token: 'secret', alive: true })
  expect(statSync(layoutOf(path).lock).mode & 0o777).toBe(0o600)
  lock.release()
  lock.release()
  expect(readLock(path)).toBeUndefined()
  acquireLock(path, me).release()
})

test('a file that is no lock holds nothing', () => {
  const path = testFolder()
  writeFileSync(layoutOf(path).lock, '{"pid":')
  expect(readLock(path)).toBeUndefined()
  acquireLock(path, me).release()
})

test('the lock of a process that was killed is free at once', async () => {
  const path = testFolder()
  const script = `
    import { acquireLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
    acquireLock(${JSON.stringify(path)}, { pid: process.pid, startedAt: 2 })
    // Nobody keeps what it returned: the lock must not be collected with it.
    gc()
    setImmediate(() => {
      gc()
      console.log('held')
    })
    setInterval(() => undefined, 1000)`
  const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  expect(readLock(path)).toMatchObject({ pid: holder.pid, alive: true })
  expect(() => acquireLock(path, me)).toThrow(expect.objectContaining({ code: 'STORE_LOCKED' }))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect(readLock(path)).toMatchObject({ pid: holder.pid, alive: false })
  acquireLock(path, me).release()
})
