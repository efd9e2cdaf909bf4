import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countTerms, type ItemAttributes, singleCategories, Vocabulary } from '@storemind/ml'
import { parse } from 'csv-parse'
import { readBeauty } from './amazon-beauty.ts'

export interface ColdItemsData {
  readonly name: string
  readonly attributes: ItemAttributes
  /** What parameters are chosen on, and what is reported. */
  readonly validation: ColdItemsStage
  readonly test: ColdItemsStage
}

export interface ColdItemsStage {
  /** What may be learned from: items in the order in which each user took them. */
  readonly sequences: readonly Int32Array[]
  /** What a user had taken, oldest first, and the item taken next. */
  readonly cases: readonly { readonly past: Int32Array; readonly target: number }[]
}

/** Amazon Beauty as two stages: the last item of each user is reported on, the one before it chosen on. */
export async function coldBeauty(folder: string): Promise<ColdItemsData> {
  const { sequences, attributes } = await readBeauty(folder)
  return {
    name: 'amazon-beauty',
    validation: lastOf(sequences.map((sequence) => sequence.slice(0, -1))),
    test: lastOf(sequences),
    attributes,
  }
}

/** What a folder of Amazon Office Products holds. */
export const OFFICE_FILES = ['item.json', 'valid.csv', 'test.csv']

/** Amazon Office Products: rows of history and next item, and items with titles, descriptions and brands. */
export async function readOffice(folder: string): Promise<ColdItemsData> {
  const described: Record<string, { title?: string; description?: string; brand?: string }> = JSON.parse(
    await readFile(join(folder, 'item.json'), 'utf8'),
  )
  const items = Object.keys(described).length
  const validation = await rowsOf(join(folder, 'valid.csv'))
  // All of valid.csv happened before test.csv; a user's later row holds the earlier ones in its past.
  const before = new Map(validation.map(({ user, sequence }) => [user, sequence]))
  const texts = Array.from({ length: items }, (_, item) => {
    const { title = '', description = '' } = described[item] ?? {}
    // The title twice: it names the thing, the beginning of the description tells what it is.
    return `${title}\n${title}\n${description.slice(0, 600)}`
  })
  const brands = new Vocabulary()
  const brandOf = Int32Array.from({ length: items }, (_, item) => {
    const { brand = '' } = described[item] ?? {}
    return brand === '' ? -1 : brands.add(brand.toLowerCase())
  })
  return {
    name: 'amazon-office-text',
    validation: firstPasts(validation, new Map()),
    test: firstPasts(await rowsOf(join(folder, 'test.csv')), before),
    attributes: {
      items,
      // Weighed as a store's catalogue is by default.
      blocks: [
        { kind: 'text', weight: 5, counts: countTerms(texts, 2, 0.5).counts },
        { kind: 'category', weight: 1, values: singleCategories(brandOf, brands.size) },
      ],
    },
  }
}

interface Row {
  readonly user: string
  /** The past and the item taken next. */
  readonly sequence: Int32Array
}

async function rowsOf(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for await (const row of createReadStream(path).pipe(parse({ columns: true, bom: true }))) {
    const history: number[] = JSON.parse(row['history_item_id'])
    rows.push({ user: row['user_id'], sequence: Int32Array.from([...history, Number(row['item_id'])]) })
  }
  return rows
}

/** Each sequence's last item is its case, and the rest is learned from. */
function lastOf(sequences: readonly Int32Array[]): ColdItemsStage {
  return { sequences: sequences.map((sequence) => sequence.slice(0, -1)), cases: sequences.flatMap(caseOf) }
}

/** Each row is a case; what is learned from ends before the first case of its user. */
function firstPasts(rows: readonly Row[], before: ReadonlyMap<string, Int32Array>): ColdItemsStage {
  const learned = new Map(before)
  const met = new Set<string>()
  for (const { user, sequence } of rows) {
    if (!met.has(user)) learned.set(user, joined(before.get(user), sequence.slice(0, -1)))
    met.add(user)
  }
  return { sequences: [...learned.values()], cases: rows.flatMap(({ sequence }) => caseOf(sequence)) }
}

/** The last item after those before it; none where there is only one. */
function caseOf(sequence: Int32Array): { past: Int32Array; target: number }[] {
  const target = sequence.at(-1)
  return target === undefined || sequence.length < 2 ? [] : [{ past: sequence.slice(0, -1), target }]
}

/** An earlier stretch and a later one that may repeat it: pasts are cut to their last ten items. */
function joined(earlier: Int32Array | undefined, later: Int32Array): Int32Array {
  if (!earlier) return later
  const repeated = new Set(later)
  return Int32Array.from([...earlier.filter((item) => !repeated.has(item)), ...later])
}
