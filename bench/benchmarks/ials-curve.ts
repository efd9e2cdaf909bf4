import { type IalsParams, ials, rng } from '@storemind/ml'
import { type Benchmark, dataFolder, type Figures } from '../harness/benchmark.ts'
import { give, PythonPeer } from '../peers/python-peer.ts'
import { GOWALLA, type Gowalla, holdOut, interactionsOf, readGowalla } from './gowalla-data.ts'
import { best, OURS, ourNdcg, peerNdcg, THEIRS } from './ials-speed.ts'

const EPOCHS = [1, 2, 4, 8, 16] as const
const FACTORS = [64, 128] as const

/** How good iALS++ and the ALS of `implicit` are after 1 to 16 epochs, and how long these take. */
export const ialsCurve: Benchmark = {
  name: 'ials-curve',
  about: 'NDCG@20 against seconds of training, iALS++ beside implicit, 2 threads',
  needs: GOWALLA,
  async run(context) {
    const data = readGowalla(dataFolder(context, GOWALLA))
    const { seed, say } = context
    const { train, test } = holdOut(data.train, 0.2, rng(seed))
    const params = await best(OURS, (given) => ourNdcg({ ...given, factors: 64 }, train, test, data, seed))
    const notes = [`Chosen on validation at 64 factors: ${JSON.stringify(params)}.`]
    const peer = PythonPeer.start(new URL('../peers/implicit_als.py', import.meta.url), ['implicit'])
    if (typeof peer === 'string') notes.push(`implicit is left out: ${peer}`)
    try {
      let theirs: Figures = {}
      if (typeof peer !== 'string') {
        await give(peer, 'all', data.train, context)
        await give(peer, 'validation', train, context)
        theirs = await best(THEIRS, (given) =>
          peerNdcg(peer, { ...given, factors: 64, seed }, 'validation', train, test),
        )
        notes.push(`implicit: ${JSON.stringify(theirs)}, chosen in the same way.`)
      }
      // The first training of a process also pays for its start, on either side.
      await seconds(data, { ...params, factors: 64, epochs: 1 }, seed)
      const metrics: Record<string, number> = {}
      const figures: Record<string, number> = {}
      for (const factors of FACTORS) {
        for (const epochs of EPOCHS) {
          const key = `After${epochs}At${factors}`
          // Time by turns, so that what else the machine does meets both.
          metrics[`seconds${key}`] = await seconds(data, { ...params, factors, epochs }, seed)
          if (typeof peer !== 'string') {
            const given = { ...theirs, factors, epochs, seed }
            const fitted = await peer.ask({ do: 'fit', name: 'all', threads: 2, ...given })
            figures[`seconds${key}`] = fitted.seconds ?? Number.NaN
            figures[`ndcgAt20${key}`] = await peerNdcg(peer, given, 'all', data.train, data.test)
          }
          metrics[`ndcgAt20${key}`] = await ourNdcg({ ...params, factors, epochs }, data.train, data.test, data, seed)
          say(`${factors} factors, ${epochs} epochs: ${metrics[`seconds${key}`]?.toFixed(2)} s`)
        }
      }
      return {
        metrics,
        peers: typeof peer === 'string' ? {} : { implicit: figures },
        notes: [
          ...notes,
          'Seconds of one whole training each, preparation included, on 2 threads; not the first of its process.',
        ],
      }
    } finally {
      if (typeof peer !== 'string') peer.close()
    }
  },
}

async function seconds(data: Gowalla, params: Partial<IalsParams>, seed: number): Promise<number> {
  const interactions = interactionsOf(data.train, data.items)
  const began = performance.now()
  await ials.trainer(params).fit(interactions, { rng: rng(seed), threads: 2 })
  return (performance.now() - began) / 1000
}
