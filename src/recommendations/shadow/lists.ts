import type { ListedProduct } from '../../core/decisions/record-sections.ts'

/** Share of equal products among the first k of both lists; undefined where both are empty. */
export function overlap(one: readonly ListedProduct[], other: readonly ListedProduct[], k: number): number | undefined {
  const [a, b] = [one.slice(0, k), other.slice(0, k)]
  const longest = Math.max(a.length, b.length)
  return longest === 0 ? undefined : a.filter((product) => b.includes(product)).length / longest
}

/**
 * Kendall's tau of the products that both lists hold; undefined where they are fewer than two.
 *
 * Solves   τ = (concordant − discordant pairs) / pairs; lists hold nothing twice, so there are no ties
 * Source   Kendall, Biometrika 30, 1938
 */
export function kendallTau(one: readonly ListedProduct[], other: readonly ListedProduct[]): number | undefined {
  const places = one.map((product) => other.indexOf(product)).filter((place) => place >= 0)
  const pairs = (places.length * (places.length - 1)) / 2
  if (pairs === 0) return undefined
  let concordant = 0
  for (let i = 0; i < places.length; i++) {
    for (let j = i + 1; j < places.length; j++) if ((places[i] ?? 0) < (places[j] ?? 0)) concordant++
  }
  return (2 * concordant) / pairs - 1
}

/** A mean that is added to; undefined values are left out. */
export class Mean {
  #sum = 0
  count = 0

  add(value: number | undefined): void {
    if (value === undefined || Number.isNaN(value)) return
    this.#sum += value
    this.count++
  }

  get value(): number | null {
    return this.count === 0 ? null : this.#sum / this.count
  }
}
