/** A set of rows as bits: 100,000 rows take 12.5 KB. */

export function bitsFor(rows: number): Uint32Array {
  return new Uint32Array((rows + 31) >>> 5)
}

export function hasBit(bits: Uint32Array, row: number): boolean {
  return ((bits[row >>> 5] ?? 0) & (1 << (row & 31))) !== 0
}

export function setBit(bits: Uint32Array, row: number, to: boolean): void {
  if (to) bits[row >>> 5]! |= 1 << (row & 31)
  else bits[row >>> 5]! &= ~(1 << (row & 31))
}

/** The highest rows of a set, descending. */
export function highestBits(bits: Uint32Array, most: number): number[] {
  const rows: number[] = []
  for (let at = bits.length - 1; at >= 0 && rows.length < most; at--) {
    if (bits[at] === 0) continue
    for (let bit = 31; bit >= 0 && rows.length < most; bit--) {
      if (hasBit(bits, 32 * at + bit)) rows.push(32 * at + bit)
    }
  }
  return rows
}
