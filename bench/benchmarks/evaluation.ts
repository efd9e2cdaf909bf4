import process from 'node:process'
import {
  buildInteractions,
  evaluateRanking,
  type Interactions,
  itemCounts,
  leaveLastOut,
  type Ranker,
  rankerOf,
  rng,
  transitions,
} from '@storemind/ml'
import type { Benchmark } from '../harness/benchmark.ts'

const USERS = 1_000_000
const ITEMS = 50_000
/** Entries of each user: five to learn from and one to guess. */
const ENTRIES = 6
const KS = [10, 20] as const

/** Splitting, ranking and judging a million users, each ranked over the whole catalogue. */
export const evaluation: Benchmark = {
  name: 'evaluation',
  about: 'a million users split, ranked over 50,000 items and judged at 10 and 20, on one thread',
  async run({ seed, say }) {
    const data = shoppers(seed)
    say(`${USERS} users, ${data.item.length} entries`)
    const [splitSeconds, { train, cases }] = await timed(async () => leaveLastOut(data))
    const popularity = itemCounts(train)
    const judge = (ranker: Ranker) => evaluateRanking({ ranker, cases, items: ITEMS, ks: KS, popularity })
    const ready = Int32Array.from({ length: 20 }, (_, i) => i)
    const [judgeSeconds] = await timed(() => judge(() => ready))
    const [fitSeconds, model] = await timed(() =>
      transitions.trainer({ neighbours: 100 }).fit(train, { rng: rng(seed), threads: 1 }),
    )
    const opened = transitions.open(model)
    const [rankSeconds, report] = await timed(() => judge(rankerOf(opened)))
    return {
      metrics: {
        splitSeconds,
        judgeSeconds,
        fitSeconds,
        rankAndJudgeSeconds: rankSeconds,
        microsPerUser: ((splitSeconds + rankSeconds) * 1e6) / USERS,
        users: report.cases,
        recallAt10: report.at[0]?.recall.mean ?? Number.NaN,
        residentMb: process.resourceUsage().maxRSS / 1000,
      },
      peers: {},
      notes: [
        'Generated shoppers who stay within departments. judgeSeconds is what evaluation costs beside ranking: the lists are ready; rankAndJudgeSeconds ranks all users by transitions with 100 neighbours an item and judges the lists.',
      ],
    }
  },
}

/** Each user walks among the best sellers of departments near the own one. */
function shoppers(seed: number): Interactions {
  const random = rng(seed)
  const length = USERS * ENTRIES
  const user = new Int32Array(length)
  const item = new Int32Array(length)
  const at = new Float64Array(length)
  for (let e = 0; e < length; e++) {
    const u = Math.floor(e / ENTRIES)
    const department = (u + Math.floor(random.next() * 3)) % (ITEMS / 250)
    user[e] = u
    item[e] = 250 * department + Math.floor(random.next() ** 2 * 250)
    at[e] = e % ENTRIES
  }
  return buildInteractions({
    users: USERS,
    items: ITEMS,
    user,
    item,
    at,
    weight: new Float32Array(length).fill(1),
    basket: Int32Array.from(user.keys()),
  })
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const began = performance.now()
  const result = await work()
  return [(performance.now() - began) / 1000, result]
}
