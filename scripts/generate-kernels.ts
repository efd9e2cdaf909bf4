/** `npm run generate`: compiles packages/kernels/assembly to packages/kernels/src/kernels.wasm. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const OPTIONS = [
  // Imported shared memory up to 4 GiB; every thread has an instance on it. Without data and runtime none resets anything.
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--zeroFilledMemory', '--runtime', 'stub'],
  ...['--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'threads'],
  ...['-O3', '--noAssert'],
]

/** The compiled module and its text. @throws Error with what the compiler said */
export function compileKernels(): { readonly wasm: Buffer; readonly text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'storemind-kernels-'))
  try {
    const [wasm, text] = [join(folder, 'kernels.wasm'), join(folder, 'kernels.wat')]
    const asc = join(ROOT, 'node_modules/assemblyscript/bin/asc.js')
    const { status, stderr } = spawnSync(
      process.execPath,
      [asc, 'assembly/index.ts', '-o', wasm, '-t', text, ...OPTIONS],
      { cwd: join(ROOT, 'packages/kernels'), encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`The kernels do not compile:\n${stderr}`)
    return { wasm: readFileSync(wasm), text: readFileSync(text, 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(ROOT, 'packages/kernels/src/kernels.wasm'), compileKernels().wasm)
  process.stderr.write('packages/kernels/src/kernels.wasm\n')
}
