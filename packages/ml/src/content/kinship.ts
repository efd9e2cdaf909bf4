import type { Csr } from '../frame/csr.ts'
import { FeatureProfile } from './feature-profile.ts'

/** How like one item others are: dot products of its row with theirs. */
export class Kinship {
  readonly #rows: Csr
  readonly #one: FeatureProfile

  /** @param rows items × features */
  constructor(rows: Csr) {
    this.#rows = rows
    this.#one = new FeatureProfile(rows.columns)
  }

  /** Chooses the item that others are compared with. */
  of(item: number): void {
    this.#one.clear()
    this.#one.addRow(this.#rows, item, 1)
  }

  to(item: number): number {
    return this.#one.dot(this.#rows, item)
  }

  /** @param row [features] dense */
  toRow(row: Float64Array): number {
    const { active, count, weights } = this.#one
    let sum = 0
    for (let a = 0; a < count; a++) sum += weights[active[a]!]! * row[active[a]!]!
    return sum
  }
}
