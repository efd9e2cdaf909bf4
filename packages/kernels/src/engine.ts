import { readFile } from 'node:fs/promises'
import type { KernelExports } from './exports.ts'
import { typescriptKernels } from './oracle/index.ts'

/** `typescript` is the oracle: the same kernels in plain TypeScript, for tests and comparison. */
export type Engine = 'webassembly' | 'typescript'

let compiling: Promise<WebAssembly.Module> | undefined

/** The compiled kernels, once a process. */
export function compiledKernels(): Promise<WebAssembly.Module> {
  compiling ??= readFile(new URL('./kernels.wasm', import.meta.url)).then((bytes) => WebAssembly.compile(bytes))
  return compiling
}

/** The kernels of this thread on a memory. */
export function instantiate(module: WebAssembly.Module | undefined, memory: WebAssembly.Memory): KernelExports {
  if (module === undefined) return typescriptKernels(memory.buffer)
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  // The contract of the kernels runs every export of both engines.
  return exports as unknown as KernelExports
}
