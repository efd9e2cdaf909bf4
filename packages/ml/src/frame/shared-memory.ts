import type { TypedArray } from './model.ts'

/** A copy in memory that other threads see without one of their own. */
export function shared<A extends TypedArray>(array: A): A {
  // What made an array makes its like.
  const type = array.constructor as new (buffer: SharedArrayBuffer) => A
  const copy = new type(new SharedArrayBuffer(array.byteLength))
  copy.set(array)
  return copy
}
