import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildInteractions, csrFromEntries, DAY, type Interactions, type ItemAttributes } from '@storemind/ml'

/** Amazon Beauty: what each user took, oldest first, and attribute numbers (categories and brands) of items. */
export interface AmazonBeauty {
  readonly sequences: readonly Int32Array[]
  readonly items: number
  readonly attributes: ItemAttributes
}

/** What a folder of it holds. */
export const BEAUTY_FILES = ['Beauty.txt', 'Beauty_item2attributes.json']

export async function readBeauty(folder: string): Promise<AmazonBeauty> {
  const lines = (await readFile(join(folder, 'Beauty.txt'), 'utf8')).trim().split('\n')
  const sequences = lines.map((line) => Int32Array.from(line.trim().split(/\s+/).slice(1), (item) => Number(item) - 1))
  const items = sequences.reduce((most, sequence) => sequence.reduce((a, b) => Math.max(a, b), most), -1) + 1
  const named: Record<string, number[]> = JSON.parse(
    await readFile(join(folder, 'Beauty_item2attributes.json'), 'utf8'),
  )
  const entries = Object.entries(named).flatMap(([item, attributes]) =>
    attributes.map((attribute) => [Number(item) - 1, attribute - 1] as const),
  )
  const known = entries.filter(([item]) => item >= 0 && item < items)
  const columns = known.reduce((most, [, attribute]) => Math.max(most, attribute), -1) + 1
  const row = Int32Array.from(known, ([item]) => item)
  const column = Int32Array.from(known, ([, attribute]) => attribute)
  const values = csrFromEntries(items, columns, row, column, new Float32Array(row.length).fill(1))
  return { sequences, items, attributes: { items, blocks: [{ kind: 'category', weight: 1, values }] } }
}

/** Each item is a basket of its own; the data tell the order, not the time. */
export function beautyInteractions({ sequences, items }: AmazonBeauty): Interactions {
  const entries = sequences.flatMap((sequence, user) => Array.from(sequence, (item, step) => ({ user, item, step })))
  return buildInteractions({
    users: sequences.length,
    items,
    user: Int32Array.from(entries, ({ user }) => user),
    item: Int32Array.from(entries, ({ item }) => item),
    at: Float64Array.from(entries, ({ step }) => step * DAY),
  })
}
