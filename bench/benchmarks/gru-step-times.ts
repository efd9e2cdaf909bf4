import { openKernels } from '@storemind/kernels'
import type { BenchmarkContext, BenchmarkResult } from '../harness/benchmark.ts'
import { interleave } from '../harness/interleave.ts'
import { PythonPeer } from '../peers/python-peer.ts'
import { GruStep } from './gru-step.ts'

const ROUNDS = 5
const SIZE = { items: 40_000, width: 100, batch: 64, negatives: 1024 }
/** Clicks of each sequence in a batch, and steps in one timing. */
const LENGTHS = [
  { time: 1, count: 200 },
  { time: 20, count: 20 },
] as const

/** Milliseconds of a step of training, beside the same step in PyTorch where its Python has it. */
export async function stepTimes({ seed, say }: BenchmarkContext): Promise<BenchmarkResult> {
  const peer = PythonPeer.start(new URL('../peers/torch_gru.py', import.meta.url), ['torch'])
  const metrics: Record<string, number> = {}
  const theirs: Record<string, number> = {}
  const notes = [`A step: ${JSON.stringify(SIZE)}, sequences of 1 and of 20 clicks, sampled softmax, Adagrad.`]
  try {
    for (const { time, count } of LENGTHS) {
      for (const threads of [1, 2]) {
        const k = await openKernels({ threads, bytes: 200e6 })
        const step = new GruStep(k, { ...SIZE, time }, seed)
        let done = 0
        const ours = async () => {
          const began = performance.now()
          for (let s = 0; s < count; s++) await step.run(done++)
          return (performance.now() - began) / 1000 / count
        }
        const key = `gruStepOf${time}MsThreads${threads}`
        if (typeof peer === 'string') {
          metrics[key] = 1000 * (await interleave([{ name: 'ours', run: ours }], ROUNDS)).ours
        } else {
          await peer.ask({ do: 'prepare', ...SIZE, time, seed })
          const run = async () => ((await peer.ask({ do: 'steps', threads, count })).seconds ?? Number.NaN) / count
          const seconds = await interleave(
            [
              { name: 'ours', run: ours },
              { name: 'theirs', run },
            ],
            ROUNDS,
          )
          metrics[key] = 1000 * seconds.ours
          theirs[key] = 1000 * seconds.theirs
        }
        say(`${key}: ${metrics[key]?.toFixed(2)}, PyTorch ${theirs[key]?.toFixed(2) ?? 'left out'}`)
        await k.close()
      }
    }
    if (typeof peer === 'string') return { metrics, peers: {}, notes: [...notes, `PyTorch is left out: ${peer}`] }
    notes.push(
      `PyTorch ${(await peer.ask({ do: 'version' })).version}: sparse gradients, one lookup of embeddings a step.`,
    )
    return { metrics, peers: { torch: theirs }, notes }
  } finally {
    if (typeof peer !== 'string') peer.close()
  }
}
