import { openKernels } from '@storemind/kernels'
import { type Benchmark, type BenchmarkContext, dataFolder } from '../harness/benchmark.ts'
import { interleave } from '../harness/interleave.ts'
import { give, PythonPeer } from '../peers/python-peer.ts'
import { bestItems, meanNdcg, topkBytes } from './factor-quality.ts'
import { GOWALLA, type Gowalla, readGowalla } from './gowalla-data.ts'
import { ourFactors } from './ials-speed.ts'

const USERS = 10_000
const BEST = 20
const ROUNDS = 5
const SIZES = [64, 128] as const

/** Seconds for the 20 best of all items for 10,000 users, what they have left out, beside implicit. */
export const topkSpeed: Benchmark = {
  name: 'topk-speed',
  about: 'top-20 of all items for 10,000 users, on 1 and 2 threads, beside implicit',
  needs: GOWALLA,
  async run(context) {
    const data = readGowalla(dataFolder(context, GOWALLA))
    const peer = PythonPeer.start(new URL('../peers/implicit_als.py', import.meta.url), ['implicit'])
    try {
      return await compare(data, peer, context)
    } finally {
      if (typeof peer !== 'string') peer.close()
    }
  },
}

async function compare(data: Gowalla, peer: PythonPeer | string, context: BenchmarkContext) {
  const { seed, say } = context
  const chosen = Array.from({ length: Math.min(USERS, data.train.length) }, (_, u) => u)
  const lists = chosen.map((u) => data.train[u] ?? [])
  const targets = chosen.map((u) => data.test[u] ?? [])
  const metrics: Record<string, number> = {}
  const theirs: Record<string, number> = {}
  if (typeof peer !== 'string') await give(peer, 'all', data.train, context)
  for (const d of SIZES) {
    const at = d === 64 ? '' : `At${d}`
    const factors = await ourFactors({ factors: d, unobserved: 0.01, l2: 0.005 }, data.train, data.items, seed)
    if (typeof peer !== 'string') {
      const params = { factors: d, alpha: 30, regularization: 0.1, epochs: 16, threads: 2, seed }
      await peer.ask({ do: 'fit', name: 'all', ...params })
      const { ids = [] } = await peer.ask({
        do: 'recommend',
        name: 'all',
        users: chosen,
        k: BEST,
        threads: 2,
        ids: true,
      })
      theirs[`ndcgAt20${at}`] = meanNdcg(ids, targets, BEST)
    }
    for (const threads of [1, 2]) {
      const k = await openKernels({ threads, bytes: topkBytes(USERS, data.items, d, lists.flat().length, BEST) })
      const empty = k.arena.mark()
      let ids: Int32Array = new Int32Array(0)
      const sides = [
        {
          name: 'ours' as const,
          async run() {
            k.arena.release(empty)
            const began = performance.now()
            ids = await bestItems(k, factors, lists, BEST)
            return (performance.now() - began) / 1000
          },
        },
        ...(typeof peer === 'string'
          ? []
          : [{ name: 'theirs' as const, run: () => peerSeconds(peer, chosen, threads) }]),
      ]
      const seconds = await interleave<'ours' | 'theirs'>(sides, ROUNDS)
      await k.close()
      metrics[`ndcgAt20${at}`] = meanNdcg(
        chosen.map((u) => ids.subarray(BEST * u, BEST * u + BEST)),
        targets,
        BEST,
      )
      metrics[`seconds${at}Threads${threads}`] = seconds.ours
      if (typeof peer !== 'string') {
        metrics[`ratio${threads}${at}`] = seconds.theirs / seconds.ours
        theirs[`seconds${at}Threads${threads}`] = seconds.theirs
      }
      say(`${d} factors, ${threads} threads: ${seconds.ours.toFixed(3)} s, implicit ${seconds.theirs?.toFixed(3)} s`)
    }
  }
  return {
    metrics,
    peers: typeof peer === 'string' ? {} : { implicit: theirs },
    notes: [
      'Both answers are exact; copying factors and histories into place and sorting the items count as work of ours.',
      ...(typeof peer === 'string' ? [`implicit is left out: ${peer}`] : []),
    ],
  }
}

async function peerSeconds(peer: PythonPeer, users: readonly number[], threads: number): Promise<number> {
  const { seconds } = await peer.ask({ do: 'recommend', name: 'all', users, k: BEST, threads })
  return seconds ?? Number.NaN
}
