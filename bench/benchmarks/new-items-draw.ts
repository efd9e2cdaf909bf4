import { type Case, type Interactions, integer, keepEntries, queryOf, rng, type Split, shuffle } from '@storemind/ml'

/** One choice of items to withhold, and the questions asked about it. */
export interface NewItemsDraw {
  /** All training data; items are numbered at random, the withheld ones last. */
  readonly all: Interactions
  /** What was known before the withheld items came. */
  readonly before: Interactions
  /** Every case with a withheld target, of which only withheld targets count. */
  readonly ofNew: readonly Case[]
  /** Cases drawn at random, whatever their targets are. */
  readonly ofAll: readonly Case[]
}

/** @param judges how many cases `ofAll` holds at most */
export function drawNew(given: Split, withheld: number, judges: number, seed: number): NewItemsDraw {
  const random = rng(seed)
  const { items } = given.train
  const known = items - Math.round(withheld * items)
  const numbers = shuffle(
    random,
    Int32Array.from({ length: items }, (_, item) => item),
  )
  const renumbered = (of: Int32Array) => of.map((item) => numbers[item] ?? -1)
  const all = { ...given.train, item: renumbered(given.train.item) }
  const cases = given.cases.map(({ query: { user, now }, targets }): Case => {
    return { query: queryOf(all, user, now), targets: renumbered(targets).sort() }
  })
  const drawn = [...cases]
  for (let c = 0; c < Math.min(judges, drawn.length); c++) {
    const other = c + integer(random, drawn.length - c)
    const [a, b] = [drawn[c], drawn[other]]
    if (a && b) [drawn[c], drawn[other]] = [b, a]
  }
  return {
    all,
    before: { ...keepEntries(all, (entry) => (all.item[entry] ?? 0) < known), items: known },
    ofNew: cases.flatMap(({ query, targets }) => {
      const fresh = targets.filter((item) => item >= known)
      return fresh.length > 0 ? [{ query, targets: fresh }] : []
    }),
    ofAll: drawn.slice(0, judges),
  }
}
