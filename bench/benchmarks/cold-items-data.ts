import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildInteractions, countTerms, csrFromEntries, type Interactions, type ItemAttributes } from '@storemind/ml'
import { parse } from 'csv-parse'

export interface ColdItemsData {
  readonly name: string
  readonly interactions: Interactions
  readonly attributes: ItemAttributes
}

/** Amazon Beauty: item sequences of users, and attribute numbers (categories and brands) of items. */
export async function readBeauty(folder: string): Promise<ColdItemsData> {
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
  return {
    name: 'amazon-beauty',
    interactions: interactionsOf(items, sequences),
    attributes: {
      items,
      blocks: [
        {
          kind: 'category',
          weight: 1,
          values: csrFromEntries(items, columns, row, column, new Float32Array(row.length).fill(1)),
        },
      ],
    },
  }
}

/** Amazon Office Products: rows of history and next item, and items with titles and descriptions. */
export async function readOffice(folder: string): Promise<ColdItemsData> {
  const described: Record<string, { title?: string; description?: string }> = JSON.parse(
    await readFile(join(folder, 'item.json'), 'utf8'),
  )
  const items = Object.keys(described).length
  // A user's later row holds the earlier ones in its history.
  const latest = new Map<string, Int32Array>()
  for (const file of ['valid.csv', 'test.csv']) {
    for (const { user, sequence } of await rowsOf(join(folder, file))) latest.set(user, sequence)
  }
  const texts = Array.from({ length: items }, (_, item) => {
    const { title = '', description = '' } = described[item] ?? {}
    // The title twice: it names the thing, the beginning of the description tells what it is.
    return `${title}\n${title}\n${description.slice(0, 600)}`
  })
  return {
    name: 'amazon-office-text',
    interactions: interactionsOf(items, [...latest.values()]),
    attributes: { items, blocks: [{ kind: 'text', weight: 1, counts: countTerms(texts, 2, 0.5).counts }] },
  }
}

async function rowsOf(path: string): Promise<{ user: string; sequence: Int32Array }[]> {
  const rows: { user: string; sequence: Int32Array }[] = []
  for await (const row of createReadStream(path).pipe(parse({ columns: true, bom: true }))) {
    const history: number[] = JSON.parse(row['history_item_id'])
    rows.push({ user: row['user_id'], sequence: Int32Array.from([...history, Number(row['item_id'])]) })
  }
  return rows
}

/** The data has an order and no times: each entry is a second after the one before it. */
function interactionsOf(items: number, sequences: readonly Int32Array[]): Interactions {
  const start = Date.UTC(2018, 0, 1)
  return buildInteractions({
    users: sequences.length,
    items,
    user: Int32Array.from(sequences.flatMap((sequence, user) => Array.from(sequence, () => user))),
    item: Int32Array.from(sequences.flatMap((sequence) => [...sequence])),
    at: Float64Array.from(sequences.flatMap((sequence) => Array.from(sequence, (_, step) => start + 1000 * step))),
  })
}
