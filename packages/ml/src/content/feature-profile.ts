import type { Contribution } from '../frame/abilities.ts'
import type { Csr } from '../frame/csr.ts'

/** Weights by feature: dense storage, sparse reset. */
export class FeatureProfile {
  /** [features] zero wherever `active` does not point. */
  readonly weights: Float64Array
  /** [features] of which the first `count` are the features that were added to. */
  readonly active: Int32Array
  count = 0
  readonly #held: Uint8Array

  constructor(features: number) {
    this.weights = new Float64Array(features)
    this.active = new Int32Array(features)
    this.#held = new Uint8Array(features)
  }

  add(feature: number, weight: number): void {
    if (this.#held[feature] === 0) {
      this.#held[feature] = 1
      this.active[this.count++] = feature
    }
    this.weights[feature]! += weight
  }

  /** Adds a row of a matrix, times `factor`. */
  addRow({ offsets, indices, values }: Csr, row: number, factor: number): void {
    const end = offsets[row + 1]!
    for (let e = offsets[row]!; e < end; e++) this.add(indices[e]!, factor * values[e]!)
  }

  /** Σ weights · row */
  dot({ offsets, indices, values }: Csr, row: number): number {
    let sum = 0
    const end = offsets[row + 1]!
    for (let e = offsets[row]!; e < end; e++) sum += this.weights[indices[e]!]! * values[e]!
    return sum
  }

  divide(by: number): void {
    for (let a = 0; a < this.count; a++) this.weights[this.active[a]!]! /= by
  }

  /** Σ weights² */
  square(): number {
    let sum = 0
    for (let a = 0; a < this.count; a++) sum += this.weights[this.active[a]!]! ** 2
    return sum
  }

  /** What each feature of the row adds to the dot product, largest first. */
  contributions({ offsets, indices, values }: Csr, row: number): Contribution[] {
    const found: Contribution[] = []
    for (let e = offsets[row]!; e < offsets[row + 1]!; e++) {
      const weight = this.weights[indices[e]!]! * values[e]!
      if (weight !== 0) found.push({ kind: 'attribute', index: indices[e]!, weight })
    }
    return found.sort((a, b) => b.weight - a.weight || a.index - b.index)
  }

  clear(): void {
    for (let a = 0; a < this.count; a++) {
      this.weights[this.active[a]!] = 0
      this.#held[this.active[a]!] = 0
    }
    this.count = 0
  }
}
