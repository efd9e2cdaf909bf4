import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compileKernels } from '../scripts/generate-kernels.ts'

test('kernels.wasm is what the compiler makes of assembly/ now, and holds nothing of its own', () => {
  const { wasm, text } = compileKernels()
  const kept = readFileSync(new URL('../packages/kernels/src/kernels.wasm', import.meta.url))
  expect(kept.equals(wasm), 'run `npm run generate`').toBe(true)
  // Data would be written anew, over what the others have, by each thread that starts; relaxed lanes may differ.
  expect(text).not.toMatch(/\((?:data|global|start)\b|memory\.(?:init|grow)|relaxed/)
  expect(text.match(/\(import\b.*/g)).toEqual(['(import "env" "memory" (memory $0 1 65536 shared))'])
})
