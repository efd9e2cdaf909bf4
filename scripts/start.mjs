/** `npm start`: sets up, makes and trains a simulated store on the first run, and serves it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { SERVING } from '../bin/serving.mjs'
import { runNode, SOURCE_FLAGS } from './run.mjs'
import { ROOT, SetupError, setUp } from './setup.mjs'

/** Written last, when the simulated store is complete. */
const GUIDE = join(ROOT, 'data', 'demo', 'demo.json')

async function main(args) {
  await setUp()
  const demo = [...SOURCE_FLAGS, 'src/cli/main.ts', 'demo']
  // In a process of its own, so that what making and training took in memory is given back before it serves.
  if (args.length === 0 && !existsSync(GUIDE)) {
    const code = await runNode(demo)
    if (code !== 0) return code
  }
  return runNode([...SERVING, ...demo, '--serve', ...args])
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
  process.exitCode = 1
}
