import { integer, rng, shuffle } from '@storemind/ml'
import { PLANTED_START, type PlantedLine, type PlantedShop } from './planted-shop.ts'

const DAY = 86_400_000
const TASTES = 3
/** Staples of the shop: rows 0 … STAPLES − 1. */
export const STAPLES = 24
const DURABLES_OF_TASTE = 60
const WEEKS = 16

/**
 * A shop that is known to sell staples, durables, or both: every week a shopper buys two of the same three staples
 * again, and two durables of one taste that they have never bought before.
 */
export function goodsShop(sells: 'staples' | 'durables' | 'both', shoppers = 48, seed = 1): PlantedShop {
  const random = rng(seed)
  const lines: PlantedLine[] = []
  for (let profile = 0; profile < shoppers; profile++) {
    const first = STAPLES + (profile % TASTES) * DURABLES_OF_TASTE
    const ahead = shuffle(
      random,
      Int32Array.from({ length: DURABLES_OF_TASTE }, (_, d) => first + d),
    )
    for (let week = 0; week < WEEKS; week++) {
      const at = PLANTED_START + week * 7 * DAY + integer(random, 7 * DAY)
      const left = integer(random, 3)
      const staples = [0, 1, 2].filter((s) => s !== left).map((s) => (3 * profile + s) % STAPLES)
      const durables = [...ahead.subarray(2 * week, 2 * week + 2)]
      const bought = [...(sells === 'durables' ? [] : staples), ...(sells === 'staples' ? [] : durables)]
      for (const product of bought) {
        lines.push({ profile, product, kind: 'order_completed', at, basket: 100 * profile + week })
      }
    }
  }
  return { products: products(), lines }
}

function products(): PlantedShop['products'] {
  return Array.from({ length: STAPLES + TASTES * DURABLES_OF_TASTE }, (_, row) => ({
    row,
    described: true,
    createdAt: PLANTED_START,
    changedAt: PLANTED_START,
    product: { id: `p${row}`, title: `Thing ${row}`, categories: [], attributes: {}, offers: [] },
  }))
}
