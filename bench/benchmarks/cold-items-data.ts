import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countTerms, csrFromEntries, type ItemAttributes } from '@storemind/ml'
import { parse } from 'csv-parse'

export interface ColdItemsData {
  readonly name: string
  readonly items: number
  /** [items] how often each was taken, in all of the data. */
  readonly counts: Float64Array
  readonly attributes: ItemAttributes
  /** Each user's history, oldest first, and the item that followed. */
  readonly cases: readonly { readonly history: Int32Array; readonly target: number }[]
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
    items,
    counts: countsOf(items, sequences),
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
    cases: sequences.map((sequence) => ({ history: sequence.slice(0, -1), target: sequence.at(-1) ?? 0 })),
  }
}

/** Amazon Office Products: rows of history and next item, and items with titles and descriptions. */
export async function readOffice(folder: string): Promise<ColdItemsData> {
  const described: Record<string, { title?: string; description?: string }> = JSON.parse(
    await readFile(join(folder, 'item.json'), 'utf8'),
  )
  const items = Object.keys(described).length
  const cases = [...(await rowsOf(join(folder, 'valid.csv'))), ...(await rowsOf(join(folder, 'test.csv')))]
  const texts = Array.from({ length: items }, (_, item) => {
    const { title = '', description = '' } = described[item] ?? {}
    // The title twice: it names the thing, the beginning of the description tells what it is.
    return `${title}\n${title}\n${description.slice(0, 600)}`
  })
  return {
    name: 'amazon-office-text',
    items,
    counts: countsOf(
      items,
      cases.map(({ target }) => Int32Array.of(target)),
    ),
    attributes: { items, blocks: [{ kind: 'text', weight: 1, counts: countTerms(texts, 2, 0.5).counts }] },
    cases,
  }
}

async function rowsOf(path: string): Promise<{ history: Int32Array; target: number }[]> {
  const rows: { history: Int32Array; target: number }[] = []
  for await (const row of createReadStream(path).pipe(parse({ columns: true, bom: true }))) {
    const history: number[] = JSON.parse(row['history_item_id'])
    rows.push({ history: Int32Array.from(history), target: Number(row['item_id']) })
  }
  return rows
}

function countsOf(items: number, sequences: readonly Int32Array[]): Float64Array {
  const counts = new Float64Array(items)
  for (const sequence of sequences) for (const item of sequence) counts[item] = (counts[item] ?? 0) + 1
  return counts
}
