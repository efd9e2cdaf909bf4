import {
  type Kernels,
  matrix,
  part,
  type Recurrence,
  type SampledLoss,
  type Task,
  transposed,
} from '@storemind/kernels'
import { integer, type Rng, rng } from '@storemind/ml'

export interface StepSize {
  readonly items: number
  readonly width: number
  readonly batch: number
  /** Clicks of each sequence in a batch. */
  readonly time: number
  readonly negatives: number
}

const RATE = 0.05
const EPSILON = 1e-6

/**
 * One step of training a recurrent network on next clicks, put together from the kernels: embeddings that input and output
 * share, a gated recurrent unit, sampled softmax with log Q, Adagrad on the rows that were met and on the weights.
 */
export class GruStep {
  readonly #k: Kernels
  readonly #size: StepSize
  readonly #table: ReturnType<typeof parameter>
  readonly #weights: ReturnType<typeof parameter>
  readonly #recurrent: ReturnType<typeof parameter>
  readonly #bias: ReturnType<typeof parameter>
  readonly #ids: readonly Int32Array[]
  readonly #slotOf: Int32Array
  readonly #logQ: Float32Array
  /** Ids of inputs, targets and negatives; their rows among `rows`; embeddings and gradients in the same order. */
  readonly #now: Int32Array<SharedArrayBuffer>
  readonly #slots: Int32Array<SharedArrayBuffer>
  readonly #rows: Int32Array<SharedArrayBuffer>
  readonly #first: Int32Array<SharedArrayBuffer>
  readonly #embedded: Float32Array<SharedArrayBuffer>
  readonly #slopes: Float32Array<SharedArrayBuffer>
  readonly #gathered: Float32Array<SharedArrayBuffer>
  readonly #toStates: Float32Array<SharedArrayBuffer>
  readonly #recurrence: Recurrence
  readonly #loss: SampledLoss

  constructor(k: Kernels, size: StepSize, seed: number) {
    const { items, width: d, batch, time, negatives } = size
    const random = rng(seed)
    const [n, all] = [time * batch, 2 * time * batch + negatives]
    this.#k = k
    this.#size = size
    this.#table = parameter(k, items * d, random)
    this.#weights = parameter(k, d * 3 * d, random)
    this.#recurrent = parameter(k, d * 3 * d, random)
    this.#bias = parameter(k, 4 * d, random)
    this.#ids = Array.from({ length: 8 }, () => Int32Array.from({ length: all }, () => integer(random, items)))
    this.#slotOf = new Int32Array(items).fill(-1)
    this.#logQ = Float32Array.from({ length: items }, () => Math.log(random.next() + 0.1))
    this.#now = k.arena.i32(all)
    this.#slots = k.arena.i32(all)
    this.#rows = k.arena.i32(all)
    this.#first = k.arena.i32(1)
    this.#embedded = k.arena.f32(all * d)
    this.#slopes = k.arena.f32(all * d)
    this.#gathered = k.arena.f32(all * d)
    this.#toStates = k.arena.f32((n + batch) * d)
    const states = matrix(k.arena.f32((n + batch) * d), n + batch, d)
    this.#recurrence = {
      time,
      batch,
      gates: matrix(k.arena.f32(n * 3 * d), n, 3 * d),
      memory: matrix(k.arena.f32(n * 3 * d), n, 3 * d),
      states,
      weights: matrix(this.#recurrent.value, d, 3 * d),
      bias: this.#bias.value,
    }
    const [first, second] = [n * d, 2 * n * d]
    this.#loss = {
      states: part(states, batch, n + batch),
      targets: matrix(this.#embedded.subarray(first, second), n, d),
      negatives: matrix(this.#embedded.subarray(second), negatives, d),
      targetIds: this.#now.subarray(n, 2 * n),
      negativeIds: this.#now.subarray(2 * n),
      logQ: { targets: k.arena.f32(n), negatives: k.arena.f32(negatives) },
      products: matrix(k.arena.f32(n * (negatives + 16)), n, negatives, negatives + 16),
      own: k.arena.f32(n),
      losses: k.arena.f32(n),
      scale: 1 / n,
      gradients: {
        states: part(matrix(this.#toStates, n + batch, d), batch, n + batch),
        targets: matrix(this.#slopes.subarray(first, second), n, d),
        negatives: matrix(this.#slopes.subarray(second), negatives, d),
      },
    }
  }

  /** @returns the mean loss */
  async run(step: number): Promise<number> {
    const k = this.#k
    const { width: d, batch, time } = this.#size
    const n = time * batch
    const count = this.#draw(step)
    await k.run(this.#gather())
    const [x, toX] = [this.#embedded, this.#slopes].map((one) => matrix(one.subarray(0, n * d), n, d))
    const weights = matrix(this.#weights.value, d, 3 * d)
    const { gates, memory, states } = this.#recurrence
    await k.gemm(gates, x!, weights)
    await k.gru(this.#recurrence)
    this.#toStates.fill(0, 0, batch * d)
    await k.sampledLoss(this.#loss)
    await k.gruBackward(this.#recurrence, matrix(this.#toStates, n + batch, d))
    await k.gemm(matrix(this.#weights.gradient, d, 3 * d), transposed(x!), gates)
    await k.gemm(matrix(this.#recurrent.gradient, d, 3 * d), transposed(part(states, 0, n)), memory)
    await k.gemm(toX!, gates, transposed(weights))
    this.#bias.gradient.fill(0)
    this.#gathered.fill(0, 0, count * d)
    const toBias = this.#bias.gradient.byteOffset
    await k.run([
      ['sumRows', n, 3 * d, gates.data.byteOffset, 3 * d, toBias],
      ['sumRows', n, d, memory.data.byteOffset + 8 * d, 3 * d, toBias + 12 * d],
      ...this.#scatter(),
    ])
    await k.run(this.#learn(count))
    return this.#loss.losses.reduce((sum, loss) => sum + loss, 0) / n
  }

  /** Ids of a batch, their logarithms, and a number for each row that is met. @returns how many are met */
  #draw(step: number): number {
    const { time, batch } = this.#size
    const n = time * batch
    this.#now.set(this.#ids[step % this.#ids.length]!)
    let count = 0
    this.#now.forEach((id, i) => {
      if (this.#slotOf[id] === -1) {
        this.#slotOf[id] = count
        this.#rows[count++] = id
      }
      this.#slots[i] = this.#slotOf[id]!
    })
    for (let r = 0; r < count; r++) this.#slotOf[this.#rows[r]!] = -1
    const { logQ } = this.#loss
    for (let r = 0; r < n; r++) logQ!.targets[r] = this.#logQ[this.#now[n + r]!]!
    for (let j = 0; j < logQ!.negatives.length; j++) logQ!.negatives[j] = this.#logQ[this.#now[2 * n + j]!]!
    return count
  }

  #gather(): Task[] {
    const d = this.#size.width
    return halves(this.#now.length, this.#k.threads).map(([from, to]) => {
      const [ids, written] = [this.#now.byteOffset + 4 * from, this.#embedded.byteOffset + 4 * from * d]
      return ['gatherRows', to - from, d, ids, this.#table.value.byteOffset, written]
    })
  }

  #scatter(): Task[] {
    const d = this.#size.width
    return halves(d, this.#k.threads).map(([left, right]) => {
      const [from, to] = [this.#slopes.byteOffset + 4 * left, this.#gathered.byteOffset + 4 * left]
      return ['scatterAddRows', this.#slots.length, right - left, this.#slots.byteOffset, from, to, d]
    })
  }

  #learn(count: number): Task[] {
    const d = this.#size.width
    const { value, squares } = this.#table
    const rows = halves(count, this.#k.threads).map(([from, to]): Task => {
      const [ids, slopes] = [this.#rows.byteOffset + 4 * from, this.#gathered.byteOffset + 4 * from * d]
      return ['adagradRows', to - from, d, ids, slopes, RATE, EPSILON, value.byteOffset, squares.byteOffset]
    })
    const dense = [this.#weights, this.#recurrent, this.#bias].map((one): Task => {
      const [length, gradient] = [one.value.length, one.gradient.byteOffset]
      const ends = [one.value.byteOffset, one.squares.byteOffset]
      return ['adagradRows', 1, length, this.#first.byteOffset, gradient, RATE, EPSILON, ...ends]
    })
    return [...rows, ...dense]
  }
}

function parameter(k: Kernels, length: number, random: Rng) {
  const value = k.arena.f32(length)
  for (let i = 0; i < length; i++) value[i] = (random.next() - 0.5) / 5
  return { value, squares: k.arena.f32(length), gradient: k.arena.f32(length) }
}

function halves(n: number, threads: number): (readonly [number, number])[] {
  const size = Math.ceil(n / threads / 4) * 4
  return Array.from({ length: Math.ceil(n / size) }, (_, s) => [s * size, Math.min(n, (s + 1) * size)] as const)
}
