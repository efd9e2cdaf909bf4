import { buildInteractions, type Case, type Interactions, integer, queryOf, rng, shuffle } from '@storemind/ml'

/*
 * Data whose right answer is known. Times are whole hours from EPOCH on; each entry is its own basket unless said.
 */

const EPOCH = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

/** What to learn from, and questions whose targets are known. */
export interface Planted {
  readonly data: Interactions
  readonly cases: readonly Case[]
}

/**
 * Users like exactly the items of their own parity; each user's entry for one such item is held out. With the history
 * masked, a model that has understood anything ranks the held-out item first.
 */
export function checkerboard(size: number): Planted {
  const rows: Row[] = []
  const held: number[] = []
  for (let u = 0; u < size; u++) {
    const missing = (u + 2 * Math.floor(size / 4)) % (size - (size % 2))
    held.push(missing)
    for (let i = u % 2; i < size; i += 2) if (i !== missing) rows.push([u, i])
  }
  const data = build(size, size, rows)
  return { data, cases: held.map((item, u) => caseOf(data, u, item)) }
}

export interface ClusterShape {
  users: number
  items: number
  clusters: number
  /** Entries each user has in training. */
  perUser: number
  /** Share of entries that are of any item instead of the user's cluster. */
  noise: number
  seed: number
}

/**
 * Users and items fall into clusters (index modulo their number); users draw from their cluster, now and then from
 * anywhere. The target is a further draw from the user's own cluster that training does not hold, so that knowing the
 * cluster but nothing more gives Recall@k of k / (items / clusters − what the user already has).
 */
export function plantedClusters({ users, items, clusters, perUser, noise, seed }: ClusterShape): Planted {
  const random = rng(seed)
  const rows: Row[] = []
  const held: number[] = []
  const perCluster = Math.floor(items / clusters)
  for (let u = 0; u < users; u++) {
    const own = () => (u % clusters) + clusters * integer(random, perCluster)
    const target = own()
    held.push(target)
    for (let n = 0; n < perUser; n++) {
      let item = random.next() < noise ? integer(random, items) : own()
      while (item === target) item = own()
      rows.push([u, item])
    }
  }
  const data = build(users, items, rows)
  return { data, cases: held.map((item, u) => caseOf(data, u, item)) }
}

export interface ChainShape {
  users: number
  items: number
  /** Entries each user has in training; one more is the target. */
  steps: number
  /** How often the next item is the chain's successor; otherwise it is any item. */
  fidelity: number
  seed: number
}

/** Items follow one another in a hidden ring; only order tells, popularity and co-occurrence are nearly flat. */
export function plantedChain({ users, items, steps, fidelity, seed }: ChainShape): Planted & { next: Int32Array } {
  const random = rng(seed)
  const ring = shuffle(
    random,
    Int32Array.from({ length: items }, (_, i) => i),
  )
  const next = new Int32Array(items)
  ring.forEach((item, r) => {
    next[item] = ring[(r + 1) % items] ?? 0
  })
  const rows: Row[] = []
  const held: number[] = []
  for (let u = 0; u < users; u++) {
    let item = integer(random, items)
    for (let s = 0; s < steps; s++) {
      rows.push([u, item])
      item = random.next() < fidelity ? (next[item] ?? 0) : integer(random, items)
    }
    held.push(item)
  }
  const data = build(users, items, rows)
  return { data, cases: held.map((item, u) => caseOf(data, u, item)), next }
}

export interface PairShape {
  users: number
  /** Even: item 2n and item 2n + 1 are partners. */
  items: number
  /** How often a basket that holds an item holds its partner too. */
  fidelity: number
  /** Further items of any kind in each basket. */
  strangers: number
  seed: number
}

/**
 * One basket per user: an item, mostly its partner, and strangers. A case asks with the item alone; its target is the
 * partner.
 */
export function plantedPairs({ users, items, fidelity, strangers, seed }: PairShape): Planted {
  const random = rng(seed)
  const rows: Row[] = []
  for (let u = 0; u < users; u++) {
    const item = integer(random, items)
    rows.push([u, item])
    if (random.next() < fidelity) rows.push([u, item ^ 1])
    for (let n = 0; n < strangers; n++) rows.push([u, integer(random, items)])
  }
  const data = build(users, items, rows, (user) => user)
  const cases = Array.from({ length: items }, (_, item): Case => {
    const alone = build(1, items, [[0, item]])
    return { query: { ...queryOf(alone, 0, EPOCH), user: -1 }, targets: Int32Array.of(item ^ 1) }
  })
  return { data, cases }
}

type Row = readonly [user: number, item: number]

function build(
  users: number,
  items: number,
  rows: readonly Row[],
  basketOf: (user: number, row: number) => number = (_, row) => row,
): Interactions {
  return buildInteractions({
    users,
    items,
    user: Int32Array.from(rows, ([u]) => u),
    item: Int32Array.from(rows, ([, i]) => i),
    at: Float64Array.from(rows, (_, n) => EPOCH + n * HOUR),
    basket: Int32Array.from(rows, ([user], row) => basketOf(user, row)),
  })
}

function caseOf(data: Interactions, user: number, target: number): Case {
  return { query: queryOf(data, user, EPOCH + (data.item.length + 1) * HOUR), targets: Int32Array.of(target) }
}
