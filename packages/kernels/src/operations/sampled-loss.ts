import { KernelError } from '../errors.ts'
import type { Task } from '../exports.ts'
import type { Kernels } from '../kernels.ts'
import { type Matrix, part, pointer, transposed } from '../matrix.ts'
import type { RunOptions } from '../pool.ts'
import { checkHome } from './home.ts'
import { gemmTask, shape } from './product.ts'
import { dense, shares } from './shares.ts'

type Floats = Float32Array<SharedArrayBuffer>

/** What a batch of states is to predict, and the negatives that all of them share. All matrices are dense. */
export interface SampledLoss {
  /** [rows × d] */
  readonly states: Matrix
  /** [rows × d], [n × d]: embeddings of the targets and of the negatives, gathered. */
  readonly targets: Matrix
  readonly negatives: Matrix
  /** [rows], [n]: their ids. A target below zero has no part in the loss. */
  readonly targetIds: Int32Array<SharedArrayBuffer>
  readonly negativeIds: Int32Array<SharedArrayBuffer>
  /** [rows], [n]: logarithms of how often each is drawn, up to a constant that both share. Absent: no correction. */
  readonly logQ?: { readonly targets: Floats; readonly negatives: Floats }
  /**
   * [rows × n], [rows]: room; ends as the gradients of the inner products. Rows a multiple of 4 KB apart would share few
   * lines of the first cache: some floats between them save a tenth of the product that reads columns.
   */
  readonly products: Matrix
  readonly own: Floats
  /** [rows]: is written. */
  readonly losses: Floats
  /** What the loss is multiplied by in the gradients: 1 / rows for a mean. */
  readonly scale: number
  /** Are written, in the shapes of what they belong to. */
  readonly gradients: { readonly states: Matrix; readonly targets: Matrix; readonly negatives: Matrix }
}

/**
 * Sampled softmax from states to gradients; the kernel `sampledSoftmaxRows` says what it solves.
 * @throws KernelError `bad_argument`
 */
export async function sampledLoss(k: Kernels, given: SampledLoss, options: RunOptions = {}): Promise<void> {
  const { logQ: drawn, gradients: back } = given
  checkHome(k, {
    states: given.states,
    targets: given.targets,
    negatives: given.negatives,
    targetIds: given.targetIds,
    negativeIds: given.negativeIds,
    'logQ.targets': drawn?.targets,
    'logQ.negatives': drawn?.negatives,
    products: given.products,
    own: given.own,
    losses: given.losses,
    'gradients.states': back.states,
    'gradients.targets': back.targets,
    'gradients.negatives': back.negatives,
  })
  check(given)
  const { states, targets, negatives, products, own, losses, gradients, logQ } = given
  const [rows, n, d] = [states.rows, negatives.rows, states.columns]
  const byRows = shares(rows, k.threads, 4)
  const across = transposed(negatives)
  await k.run(
    byRows.flatMap(([from, to]): Task[] => [
      gemmTask(part(products, from, to), part(states, from, to), across, 1, 0),
      ['dotRows', to - from, d, row(states, from), row(targets, from), own.byteOffset + 4 * from],
    ]),
    options,
  )
  await k.run(
    byRows.map(([from, to]): Task => {
      const ids = [given.targetIds.byteOffset + 4 * from, given.negativeIds.byteOffset]
      const drawn = logQ ? [logQ.negatives.byteOffset, logQ.targets.byteOffset + 4 * from] : [0, 0]
      const ends = [given.scale, losses.byteOffset + 4 * from]
      const room = [row(products, from), products.rowStride, own.byteOffset + 4 * from]
      return ['sampledSoftmaxRows', to - from, n, ...room, ...ids, ...drawn, ...ends]
    }),
    options,
  )
  gradients.targets.data.fill(0, gradients.targets.offset, gradients.targets.offset + rows * d)
  const columns = shares(n, k.threads, 4)
  await k.run(
    [
      ...byRows.map(([from, to]) =>
        gemmTask(part(gradients.states, from, to), part(products, from, to), negatives, 1, 0),
      ),
      ...columns.map(([left, right]) => {
        const across = transposed(part(products, 0, rows, left, right))
        return gemmTask(part(gradients.negatives, left, right), across, states, 1, 0)
      }),
    ],
    options,
  )
  await k.run(
    byRows.flatMap(([from, to]): Task[] => {
      const alphas = own.byteOffset + 4 * from
      return [
        ['axpyRows', to - from, d, alphas, row(targets, from), row(gradients.states, from)],
        ['axpyRows', to - from, d, alphas, row(states, from), row(gradients.targets, from)],
      ]
    }),
    options,
  )
}

function row(of: Matrix, r: number): number {
  return pointer(of) + 4 * r * of.rowStride
}

function check(given: SampledLoss): void {
  const { states, targets, negatives, products, gradients, logQ } = given
  const [rows, n, d] = [states.rows, negatives.rows, states.columns]
  const fits =
    [states, targets, gradients.states, gradients.targets].every((one) => dense(one, rows, d)) &&
    [negatives, gradients.negatives].every((one) => dense(one, n, d)) &&
    products.rows === rows &&
    products.columns === n &&
    products.columnStride === 1 &&
    [given.targetIds, given.own, given.losses, logQ?.targets].every(
      (one) => one === undefined || one.length === rows,
    ) &&
    [given.negativeIds, logQ?.negatives].every((one) => one === undefined || one.length === n)
  if (!fits) {
    throw new KernelError(
      'bad_argument',
      `states of ${shape(states)}, targets ${shape(targets)}, negatives ${shape(negatives)}`,
    )
  }
}
