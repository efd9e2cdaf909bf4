import { openKernels } from '@storemind/kernels'
import { csrFromEntries, type IalsParams, ials, rng, type TrainedFactors, trainFactors } from '@storemind/ml'
import { type Benchmark, type BenchmarkContext, dataFolder, type Figures } from '../harness/benchmark.ts'
import { interleave } from '../harness/interleave.ts'
import { give, PythonPeer } from '../peers/python-peer.ts'
import { bestItems, meanNdcg, topkBytes } from './factor-quality.ts'
import { GOWALLA, type Gowalla, holdOut, type ItemsOfUsers, interactionsOf, readGowalla } from './gowalla-data.ts'

const EPOCHS = 16
/** Epochs of a timed training: preparing is in the time, as it is in the peer's. */
const TIMED = 5
const ROUNDS = 3
const SIZES = [64, 128] as const
export const OURS: readonly Partial<IalsParams>[] = [
  { unobserved: 0.01, l2: 0.003 },
  { unobserved: 0.01, l2: 0.005 },
  { unobserved: 0.005, l2: 0.01 },
]
export const THEIRS = [10, 30, 100].map((alpha) => ({ alpha, regularization: 0.1 }))

/** Seconds of an epoch of iALS++ beside the ALS of `implicit`, each with its best parameters on validation. */
export const ialsSpeed: Benchmark = {
  name: 'ials-speed',
  about: 'an epoch of iALS++ at 64 and 128 factors, on 1 and 2 threads, beside implicit',
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
  const validation = holdOut(data.train, 0.2, rng(seed))
  const ours = await best(OURS, async (params) => {
    const ndcg = await ourNdcg({ ...params, factors: 64 }, validation.train, validation.test, data, seed)
    say(`validation ${JSON.stringify(params)}: ${ndcg.toFixed(4)}`)
    return ndcg
  })
  const metrics: Record<string, number> = {}
  const theirs: Record<string, number> = {}
  const notes = [`Chosen on validation at 64 factors: ${JSON.stringify(ours)}, ${EPOCHS} epochs.`]
  for (const d of SIZES)
    metrics[`ndcgAt20${named(d)}`] = await ourNdcg({ ...ours, factors: d }, data.train, data.test, data, seed)
  const timed = ourSeconds(data, ours, seed)
  if (typeof peer === 'string') {
    for (const [d, threads] of cells()) metrics[`secondsPerEpoch${named(d)}Threads${threads}`] = await timed(d, threads)
    return { metrics, peers: {}, notes: [...notes, `implicit is left out: ${peer}`] }
  }
  await give(peer, 'all', data.train, context)
  await give(peer, 'validation', validation.train, context)
  const chosen = await best(THEIRS, async (params) => {
    const ndcg = await peerNdcg(peer, { ...params, factors: 64, seed }, 'validation', validation.train, validation.test)
    say(`validation, implicit ${JSON.stringify(params)}: ${ndcg.toFixed(4)}`)
    return ndcg
  })
  for (const d of SIZES) {
    theirs[`ndcgAt20${named(d)}`] = await peerNdcg(peer, { ...chosen, factors: d, seed }, 'all', data.train, data.test)
  }
  for (const [d, threads] of cells()) {
    const fit = { do: 'fit', name: 'all', ...chosen, factors: d, threads, epochs: TIMED, seed }
    const seconds = await interleave(
      [
        { name: 'ours', run: () => timed(d, threads) },
        { name: 'theirs', run: async () => ((await peer.ask(fit)).seconds ?? Number.NaN) / TIMED },
      ],
      ROUNDS,
    )
    metrics[`ratio${threads}${named(d)}`] = seconds.theirs / seconds.ours
    metrics[`secondsPerEpoch${named(d)}Threads${threads}`] = seconds.ours
    theirs[`secondsPerEpoch${named(d)}Threads${threads}`] = seconds.theirs
    say(`${d} factors, ${threads} threads: ${seconds.ours.toFixed(3)} s, implicit ${seconds.theirs.toFixed(3)} s`)
  }
  const { version } = await peer.ask({ do: 'version' })
  return {
    metrics,
    peers: { implicit: theirs },
    notes: [
      ...notes,
      `implicit ${version}: ${JSON.stringify(chosen)}, conjugate gradients as it comes, ${EPOCHS} epochs.`,
      `Times: medians of ${ROUNDS} trainings of ${TIMED} epochs each, interleaved, preparation included, divided by the epochs.`,
    ],
  }
}

function named(d: number): string {
  return d === 64 ? '' : `At${d}`
}

function cells(): (readonly [number, number])[] {
  return SIZES.flatMap((d) => [1, 2].map((threads) => [d, threads] as const))
}

/** The parameters with the largest figure. */
export async function best<P extends object>(tried: readonly P[], measure: (params: P) => Promise<number>): Promise<P> {
  let [most, chosen] = [Number.NEGATIVE_INFINITY, tried[0]!]
  for (const params of tried) {
    const figure = await measure(params)
    if (figure > most) [most, chosen] = [figure, params]
  }
  return chosen
}

function ourSeconds(data: Gowalla, params: Partial<IalsParams>, seed: number) {
  const interactions = interactionsOf(data.train, data.items)
  return async (factors: number, threads: number): Promise<number> => {
    const trainer = ials.trainer({ ...params, factors, epochs: TIMED })
    const began = performance.now()
    await trainer.fit(interactions, { rng: rng(seed), threads })
    return (performance.now() - began) / 1000 / TIMED
  }
}

export async function ourNdcg(
  given: Partial<IalsParams>,
  train: ItemsOfUsers,
  test: ItemsOfUsers,
  data: Gowalla,
  seed: number,
): Promise<number> {
  const trained = await ourFactors(given, train, data.items, seed)
  const k = await openKernels({
    threads: 2,
    bytes: topkBytes(train.length, data.items, trained.d, train.flat().length, 20),
  })
  try {
    const ids = await bestItems(k, trained, train, 20)
    return meanNdcg(
      train.map((_, u) => ids.subarray(20 * u, 20 * u + 20)),
      test,
      20,
    )
  } finally {
    await k.close()
  }
}

/** Both sides' factors, as training leaves them. */
export async function ourFactors(
  given: Partial<IalsParams>,
  train: ItemsOfUsers,
  items: number,
  seed: number,
): Promise<TrainedFactors & { readonly d: number }> {
  const params = ials.parameters.resolve({ epochs: EPOCHS, ...given })
  const user = Int32Array.from(train.flatMap((row, u) => row.map(() => u)))
  const x = csrFromEntries(
    train.length,
    items,
    user,
    Int32Array.from(train.flat()),
    new Float32Array(user.length).fill(1),
  )
  return { ...(await trainFactors(x, params, { rng: rng(seed), threads: 2 })), d: params.factors }
}

export async function peerNdcg(
  peer: PythonPeer,
  params: Figures,
  name: string,
  train: ItemsOfUsers,
  test: ItemsOfUsers,
): Promise<number> {
  await peer.ask({ do: 'fit', name, threads: 2, epochs: EPOCHS, ...params })
  const users = train.flatMap((row, u) => (row.length > 0 ? [u] : []))
  const { ids = [] } = await peer.ask({ do: 'recommend', name, users, k: 20, threads: 2, ids: true })
  const rankings: ArrayLike<number>[] = []
  users.forEach((u, q) => {
    rankings[u] = ids[q] ?? []
  })
  return meanNdcg(rankings, test, 20)
}
