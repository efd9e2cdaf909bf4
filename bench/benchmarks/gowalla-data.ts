import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildInteractions, type Interactions, integer, type Rng } from '@storemind/ml'
import { UsageError } from '../harness/benchmark.ts'

/** Items of each user, as the files of the Gowalla split give them: a line `user item item …`. */
export type ItemsOfUsers = readonly (readonly number[])[]

export interface Gowalla {
  readonly users: number
  readonly items: number
  readonly train: ItemsOfUsers
  readonly test: ItemsOfUsers
}

export const GOWALLA = 'gowalla (the split of NGCF and LightGCN: train.txt and test.txt)'

export function readGowalla(folder: string): Gowalla {
  const [train, test] = ['train.txt', 'test.txt'].map((name) => {
    const path = join(folder, name)
    if (!existsSync(path)) throw new UsageError(`${folder} holds no ${name}.`)
    return readLists(readFileSync(path, 'utf8'))
  })
  if (!train || !test) throw new UsageError(`${folder} holds no train.txt and test.txt.`)
  const items = 1 + Math.max(...[...train, ...test].map((row) => row.reduce((most, item) => Math.max(most, item), -1)))
  return { users: Math.max(train.length, test.length), items, train, test }
}

function readLists(text: string): number[][] {
  const rows: number[][] = []
  for (const line of text.split('\n')) {
    const [user, ...items] = line.trim().split(/\s+/).map(Number)
    if (line.trim() !== '' && user !== undefined) rows[user] = [...new Set(items)].sort((a, b) => a - b)
  }
  return Array.from(rows, (row) => row ?? [])
}

/** A share of each user's items held back, by a draw. */
export function holdOut(lists: ItemsOfUsers, share: number, random: Rng): { train: number[][]; test: number[][] } {
  const train: number[][] = []
  const test: number[][] = []
  for (const items of lists) {
    const held = new Set<number>()
    while (held.size < Math.floor(share * items.length)) held.add(items[integer(random, items.length)] ?? -1)
    train.push(items.filter((item) => !held.has(item)))
    test.push(items.filter((item) => held.has(item)))
  }
  return { train, test }
}

/** The lists as interactions without times: they know none. */
export function interactionsOf(lists: ItemsOfUsers, items: number): Interactions {
  const user = Int32Array.from(lists.flatMap((row, u) => row.map(() => u)))
  const item = Int32Array.from(lists.flat())
  return buildInteractions({ users: lists.length, items, user, item, at: new Float64Array(item.length) })
}
