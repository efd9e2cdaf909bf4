import { type Case, type Interactions, keepEntries, queryOf, rng, type Split, shuffle } from '@storemind/ml'

/** One choice of items to withhold, and the questions asked about it. */
export interface NewItemsDraw {
  /** All training data; items are numbered at random, the withheld ones last. */
  readonly all: Interactions
  /** What was known before the withheld items came. */
  readonly before: Interactions
  /** Cases with a withheld target, drawn at random; only withheld targets count. */
  readonly ofNew: readonly Case[]
  /** Cases drawn at random, whatever their targets are. */
  readonly ofAll: readonly Case[]
}

/** @param judges how many cases of either kind there are at most */
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
  const order = shuffle(
    random,
    Int32Array.from(given.cases, (_, c) => c),
  )
  const cases = Array.from(order, (c) => given.cases[c]).flatMap((one): Case[] => {
    if (!one) return []
    const { user, now } = one.query
    return [{ query: queryOf(all, user, now), targets: renumbered(one.targets).sort() }]
  })
  const ofNew = cases.flatMap(({ query, targets }): Case[] => {
    const fresh = targets.filter((item) => item >= known)
    return fresh.length > 0 ? [{ query, targets: fresh }] : []
  })
  return {
    all,
    before: { ...keepEntries(all, (entry) => (all.item[entry] ?? 0) < known), items: known },
    ofNew: ofNew.slice(0, judges),
    ofAll: cases.slice(0, judges),
  }
}
