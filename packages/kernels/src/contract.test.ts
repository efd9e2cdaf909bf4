import { afterAll, beforeAll, describe } from 'vitest'
import { blocksContract } from '../../../testkit/kernels/blocks-contract.ts'
import { convolutionContract } from '../../../testkit/kernels/convolution-contract.ts'
import { denseContract } from '../../../testkit/kernels/dense-contract.ts'
import { factorsContract } from '../../../testkit/kernels/factors-contract.ts'
import { gruContract } from '../../../testkit/kernels/gru-contract.ts'
import { homeContract } from '../../../testkit/kernels/home-contract.ts'
import { optimisersContract } from '../../../testkit/kernels/optimisers-contract.ts'
import { rowsContract } from '../../../testkit/kernels/rows-contract.ts'
import { sampledLossContract } from '../../../testkit/kernels/sampled-loss-contract.ts'
import { softmaxContract } from '../../../testkit/kernels/softmax-contract.ts'
import { sparseContract } from '../../../testkit/kernels/sparse-contract.ts'
import { type Kernels, openKernels } from './kernels.ts'

describe.each([
  ['the oracle', { engine: 'typescript' }],
  ['WebAssembly', { threads: 1 }],
  ['WebAssembly on two threads', { threads: 2 }],
] as const)('%s', (name, options) => {
  let kernels: Kernels
  let empty: number
  beforeAll(async () => {
    kernels = await openKernels({ ...options, bytes: 16 << 20 })
    empty = kernels.arena.mark()
  })
  afterAll(() => kernels.close())
  const open = () => {
    kernels.arena.release(empty)
    return kernels
  }
  denseContract(name, open)
  blocksContract(name, open)
  rowsContract(name, open)
  softmaxContract(name, open)
  sampledLossContract(name, open)
  gruContract(name, open)
  convolutionContract(name, open)
  optimisersContract(name, open)
  sparseContract(name, open)
  factorsContract(name, open)
  homeContract(name, open)
})
