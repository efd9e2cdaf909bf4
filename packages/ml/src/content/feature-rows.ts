import type { ArrayReader } from '../frame/algorithm.ts'
import { type Csr, transpose } from '../frame/csr.ts'
import { MlError } from '../frame/errors.ts'
import type { TypedArray } from '../frame/model.ts'

/** Rows, and the same by feature, as a model holds them. */
export function indexArrays(rows: Csr): Record<string, TypedArray> {
  const postings = transpose(rows)
  return {
    offsets: rows.offsets,
    features: rows.indices,
    values: rows.values,
    postingOffsets: postings.offsets,
    postingItems: postings.indices,
    postingValues: postings.values,
  }
}

/** The encoded items out of a model. @throws MlError `bad_model` */
export function readRows(arrays: ArrayReader, features: number): Csr {
  const indices = arrays.indices('features', features)
  const offsets = arrays.offsets('offsets', indices.length)
  return { rows: offsets.length - 1, columns: features, offsets, indices, values: arrays.f32('values', indices.length) }
}

/** The same by feature. @throws MlError `bad_model` */
export function readPostings(arrays: ArrayReader, rows: Csr): Csr {
  const indices = arrays.indices('postingItems', rows.rows, rows.indices.length)
  const offsets = arrays.offsets('postingOffsets', indices.length)
  if (offsets.length !== rows.columns + 1) throw new MlError('bad_model', 'postings of other features')
  return {
    rows: rows.columns,
    columns: rows.rows,
    offsets,
    indices,
    values: arrays.f32('postingValues', indices.length),
  }
}

/** The rows of a, then those of b. */
export function stackRows(a: Csr, b: Csr): Csr {
  const offsets = new Int32Array(a.rows + b.rows + 1)
  offsets.set(a.offsets)
  for (let r = 1; r <= b.rows; r++) offsets[a.rows + r] = a.indices.length + b.offsets[r]!
  const indices = new Int32Array(a.indices.length + b.indices.length)
  indices.set(a.indices)
  indices.set(b.indices, a.indices.length)
  const values = new Float32Array(indices.length)
  values.set(a.values)
  values.set(b.values, a.values.length)
  return { rows: a.rows + b.rows, columns: a.columns, offsets, indices, values }
}

/** Each row divided by its Euclidean norm; empty rows stay empty. */
export function unitRows(rows: Csr): Csr {
  const values = rows.values.slice()
  for (let i = 0; i < rows.rows; i++) {
    let squares = 0
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) squares += values[e]! * values[e]!
    const norm = Math.sqrt(squares)
    if (norm === 0) continue
    for (let e = rows.offsets[i]!; e < rows.offsets[i + 1]!; e++) values[e]! /= norm
  }
  return { ...rows, values }
}
