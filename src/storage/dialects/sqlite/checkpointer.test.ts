import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { testFolder } from '../../../../test/storage/options.ts'
import { Checkpointer } from './checkpointer.ts'
import { Connection } from './connection.ts'
import { integer } from './row.ts'

const SIZES = { round: 100, rest: 20, most: 50 }

function database() {
  const path = join(testFolder(), 'store.db')
  const connection = new Connection(path)
  connection.exec('CREATE TABLE pages (content BLOB)')
  const checkpointer = new Checkpointer(connection, SIZES)
  onTestFinished(() => checkpointer.end())
  const write = (pages: number) => {
    for (let i = 0; i < pages; i++) connection.exec('INSERT INTO pages VALUES (randomblob(3500))')
  }
  return { path, connection, checkpointer, write }
}

function log(connection: Connection) {
  const row = connection.statement('PRAGMA wal_checkpoint(NOOP)').get() ?? {}
  return { pages: integer(row, 'log'), carried: integer(row, 'checkpointed') }
}

test('a log that is short is left alone', () => {
  const { connection, checkpointer, write } = database()
  write(20)
  checkpointer.afterCommit()
  checkpointer.rest()
  expect(log(connection).carried).toBe(0)
})

test('a long log is carried over beside the writer, and starts anew when the writer has added the rest', () => {
  const { connection, checkpointer, write } = database()
  write(60)
  checkpointer.afterCommit()
  write(5)
  checkpointer.rest()
  const { pages, carried } = log(connection)
  expect(pages).toBeGreaterThan(SIZES.round)
  expect(carried).toBeGreaterThan(SIZES.round - SIZES.rest)
  checkpointer.afterCommit()
  expect(log(connection)).toEqual({ pages, carried: pages })
  write(1)
  expect(log(connection).pages).toBeLessThan(5)
})

test('where every round finds as much to do again, the writer ends it, so that the log starts anew', () => {
  const { path, connection, checkpointer, write } = database()
  write(60)
  // What is written after a reader began stands for what is written during a round.
  const reader = new Connection(path, { readOnly: true })
  reader.exec('BEGIN')
  reader.statement('SELECT count(*) FROM pages').get()
  write(15)
  for (let round = 0; round < 2; round++) {
    checkpointer.afterCommit()
    checkpointer.rest()
  }
  reader.exec('COMMIT')
  reader.close()
  const before = log(connection)
  expect(before.pages - before.carried).toBeGreaterThan(SIZES.rest)
  checkpointer.afterCommit()
  expect(log(connection)).toEqual({ pages: before.pages, carried: before.pages })
})

test('what a reader still needs is carried over once it has gone', () => {
  const { path, connection, checkpointer, write } = database()
  write(10)
  const reader = new Connection(path, { readOnly: true })
  reader.exec('BEGIN')
  reader.statement('SELECT count(*) FROM pages').get()
  write(100)
  checkpointer.afterCommit()
  checkpointer.rest()
  checkpointer.afterCommit()
  checkpointer.rest()
  const before = log(connection)
  expect(before.carried).toBeLessThan(before.pages)
  reader.exec('COMMIT')
  reader.close()
  checkpointer.afterCommit()
  checkpointer.rest()
  checkpointer.afterCommit()
  const { pages, carried } = log(connection)
  expect(carried).toBe(pages)
})

test('after its end the writer is alone: closing leaves no log behind, and every page is there', () => {
  const { path, connection, checkpointer, write } = database()
  write(100)
  checkpointer.afterCommit()
  checkpointer.end()
  connection.close()
  expect(existsSync(`${path}-wal`)).toBe(false)
  const reader = new Connection(path, { readOnly: true })
  expect(reader.statement('SELECT count(*) AS pages FROM pages').get()).toEqual({ pages: 100 })
  reader.close()
})
