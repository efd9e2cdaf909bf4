import { KernelError } from '../errors.ts'
import type { Kernels } from '../kernels.ts'
import type { Matrix } from '../matrix.ts'

type Given = ArrayBufferView | Matrix | undefined

/**
 * Kernels know an array by its place in the shared memory: one from elsewhere would be taken for whatever lies there.
 * @param given all arrays of a call, by the names that its caller knows them by
 * @throws KernelError `bad_argument` where one does not lie in the arena
 */
export function checkHome({ arena }: Kernels, given: Readonly<Record<string, Given>>): void {
  for (const name in given) {
    const one = given[name]
    if (one === undefined) continue
    const { buffer } = 'data' in one ? one.data : one
    if (buffer === arena.buffer) continue
    const remedy = 'take one from its arena (such as arena.f32) and copy the values there'
    throw new KernelError('bad_argument', `${name} lies outside the memory of these kernels; ${remedy}`)
  }
}
