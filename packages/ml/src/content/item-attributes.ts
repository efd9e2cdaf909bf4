import type { Csr } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'

/** What is known of items without anybody having touched them, as blocks that are weighed against one another. */
export interface ItemAttributes {
  readonly items: number
  /** At least one; the same blocks in the same order for items that are added later. */
  readonly blocks: readonly AttributeBlock[]
}

/** One kind of knowledge. Weights count relative to their sum; 0 silences a block. */
export type AttributeBlock =
  | {
      readonly kind: 'text'
      readonly weight: number
      /** items × terms; how often each term occurs. */
      readonly counts: Csr
    }
  | {
      readonly kind: 'category'
      readonly weight: number
      /** items × categories; an item may have several, or none. */
      readonly values: Csr
    }
  | {
      readonly kind: 'number'
      readonly weight: number
      /** [items] NaN where it is not known. */
      readonly values: Float32Array
    }

/** A category block of single values: Int32 [items], −1 where an item has none. @throws MlError `index_out_of_range` */
export function singleCategories(values: Int32Array, categories: number): Csr {
  const offsets = new Int32Array(values.length + 1)
  values.forEach((value, i) => {
    if (value < -1 || value >= categories) throw new MlError('index_out_of_range', `category ${value} of ${categories}`)
    offsets[i + 1] = offsets[i]! + (value === -1 ? 0 : 1)
  })
  const indices = values.filter((value) => value !== -1)
  return {
    rows: values.length,
    columns: categories,
    offsets,
    indices,
    values: new Float32Array(indices.length).fill(1),
  }
}

/** @throws MlError `empty_data`, `bad_weight`, `length_mismatch` */
export function checkAttributes({ items, blocks }: ItemAttributes): void {
  if (items === 0 || blocks.length === 0) throw new MlError('empty_data', `${items} items, ${blocks.length} blocks`)
  let sum = 0
  for (const block of blocks) {
    if (!(block.weight >= 0 && block.weight < Infinity)) throw new MlError('bad_weight', `a block of ${block.weight}`)
    sum += block.weight
    const rows = block.kind === 'number' ? block.values.length : matrixOf(block).rows
    if (rows !== items) throw new MlError('length_mismatch', `a ${block.kind} block of ${rows} rows for ${items} items`)
    if (block.kind === 'number') continue
    for (const value of matrixOf(block).values) {
      if (!(value > 0 && value < Infinity)) throw new MlError('bad_weight', `${value} in a ${block.kind} block`)
    }
  }
  if (sum === 0) throw new MlError('bad_weight', 'all blocks are silenced')
}

/** Entries of the encoded rows: a number lies between two knots. */
export function encodedEntries({ items, blocks }: ItemAttributes): number {
  return blocks.reduce((sum, block) => sum + (block.kind === 'number' ? 2 * items : matrixOf(block).indices.length), 0)
}

export function matrixOf(block: Extract<AttributeBlock, { kind: 'text' | 'category' }>): Csr {
  return block.kind === 'text' ? block.counts : block.values
}
