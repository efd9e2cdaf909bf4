/** `npm start`: sets up, makes and trains a simulated store on the first run, and serves it. */
import process from 'node:process'
import { runNode, SOURCE_FLAGS } from './run.mjs'
import { SetupError, setUp } from './setup.mjs'

try {
  await setUp()
  process.exitCode = await runNode([...SOURCE_FLAGS, 'src/cli/main.ts', 'demo', '--serve', ...process.argv.slice(2)])
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
  process.exitCode = 1
}
