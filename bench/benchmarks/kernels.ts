import { openKernels, type Task } from '@storemind/kernels'
import type { Benchmark, Figures } from '../harness/benchmark.ts'
import { interleave } from '../harness/interleave.ts'
import { stepTimes } from './gru-step-times.ts'
import { Room } from './kernel-room.ts'
import { WORKS } from './kernel-works.ts'

const ROUNDS = 5
/** Different arrays that the tasks of a work write: no two threads meet in one. */
const PLACES = 4

/** The rate of each kernel beside the same in plain TypeScript, and of a step of training that is made of them. */
export const kernels: Benchmark = {
  name: 'kernels',
  about: 'GFLOP/s or GB/s of each kernel, beside its oracle; ms of a step of training a GRU, beside PyTorch',
  async run(context) {
    const metrics: Record<string, number> = {}
    const oracle: Record<string, number> = {}
    const sides = await Promise.all(
      (['one', 'two', 'oracle'] as const).map(async (name) => {
        const engine = name === 'oracle' ? 'typescript' : 'webassembly'
        const k = await openKernels({ threads: name === 'two' ? 2 : 1, bytes: 128e6, engine })
        return { name, k, room: new Room(k, context.seed) }
      }),
    )
    for (const [name, { unit, amount, count, task }] of Object.entries(WORKS)) {
      const seconds = await interleave(
        sides.map(({ name, k, room }) => {
          const places = Array.from({ length: PLACES }, () => task(room))
          // The oracle does a part of the work.
          const share = name === 'oracle' ? Math.max(1, Math.floor(count / 20)) : count
          const tasks = Array.from({ length: share }, (_, t): Task => places[t % PLACES]!)
          return {
            name,
            async run() {
              room.reset()
              const began = performance.now()
              await k.run(tasks)
              return (performance.now() - began) / 1000 / share
            },
          }
        }),
        ROUNDS,
      )
      metrics[`${name}${unit}`] = amount / seconds.one
      metrics[`${name}${unit}Threads2`] = amount / seconds.two
      oracle[`${name}${unit}`] = amount / seconds.oracle
      context.say(`${name}: ${(amount / seconds.one).toFixed(1)} / ${(amount / seconds.two).toFixed(1)} ${unit}`)
      for (const { room } of sides) room.clear()
    }
    await Promise.all(sides.map(({ k }) => k.close()))
    const steps = await stepTimes(context)
    const peers: Record<string, Figures> = { oracle, ...steps.peers }
    return {
      metrics: { ...metrics, ...steps.metrics },
      peers,
      notes: [
        'Operations are multiplications and additions; bytes are those that must be read and written.',
        ...steps.notes,
      ],
    }
  },
}
