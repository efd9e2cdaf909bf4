/**
 * One sparse vector multiplied with many at once: dense storage, sparse reset.
 *
 * For every position that the vector holds, `addColumn` adds the others that hold it too; afterwards `dot` and `both`
 * tell what each of them shares with the vector.
 *
 * Source   the dense accumulator of Gustavson, ACM TOMS 1978
 * @cost O(column) a call, O(touched) to clear; nothing is allocated after construction
 */
export class Overlap {
  /** [size] Σ of products over shared positions. */
  readonly dot: Float64Array
  /** [size] how many positions are shared; 0 where there is none. */
  readonly both: Int32Array
  /** [size] those that share something are `touched[0 … count − 1]`. */
  readonly touched: Int32Array
  count = 0

  constructor(size: number) {
    this.dot = new Float64Array(size)
    this.both = new Int32Array(size)
    this.touched = new Int32Array(size)
  }

  /** The vector holds `value` where `holders[from … to − 1]` hold `values[from … to − 1]`. */
  addColumn(value: number, holders: Int32Array, values: Float32Array, from: number, to: number): void {
    const { dot, both, touched } = this
    let count = this.count
    for (let e = from; e < to; e++) {
      const other = holders[e]!
      if (both[other] === 0) touched[count++] = other
      both[other]!++
      dot[other]! += value * values[e]!
    }
    this.count = count
  }

  clear(): void {
    for (let t = 0; t < this.count; t++) {
      this.dot[this.touched[t]!] = 0
      this.both[this.touched[t]!] = 0
    }
    this.count = 0
  }
}
