/**
 * Sets up, then runs one of the project's tools under the pinned Node 24:
 *
 *   node scripts/run.mjs vitest run …        a tool of node_modules
 *   node scripts/run.mjs node FILE.ts …      a TypeScript file of this project
 *   node scripts/run.mjs check               formatter, linter and type checker
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { childEnvironment, pinnedNode, ROOT, SetupError, setUp } from './setup.mjs'

/** What lets Node read this project's own TypeScript. */
export const SOURCE_FLAGS = ['--conditions=storemind-source', '--disable-warning=ExperimentalWarning']

const TOOLS = {
  vitest: { package: 'vitest', bin: 'vitest' },
  biome: { package: '@biomejs/biome', bin: 'biome' },
  tsc: { package: 'typescript', bin: 'tsc' },
}

/** Runs Node 24 on a file; resolves with the exit code, 128 + signal when it was killed. */
export function runNode(args) {
  const node = pinnedNode()
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: ROOT, env: childEnvironment(node), stdio: 'inherit' })
    // The terminal sends Ctrl-C to the child as well: it ends in its own way, and we wait for it.
    process.on('SIGINT', () => {})
    process.on('SIGTERM', () => child.kill('SIGTERM'))
    // npm does not hand on every signal. When it is gone, nobody waits for the child any more.
    const parent = process.ppid
    setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500).unref()
    child.on('close', (code, signal) => resolve(signal === null ? code : signal === 'SIGINT' ? 130 : 143))
  })
}

function runTool(name, args) {
  const tool = TOOLS[name]
  const folder = join(ROOT, 'node_modules', tool.package)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return runNode([join(folder, typeof bin === 'string' ? bin : bin[tool.bin]), ...args])
}

async function check() {
  const format = await runTool('biome', ['check', '.'])
  const types = await runTool('tsc', ['--noEmit', '-p', '.'])
  return format || types
}

async function main([command, ...args]) {
  if (command === 'check') return check()
  if (command === 'node') return runNode([...SOURCE_FLAGS, ...args])
  if (command !== undefined && Object.hasOwn(TOOLS, command)) return runTool(command, args)
  process.stderr.write(`Usage: node scripts/run.mjs check | node FILE.ts | ${Object.keys(TOOLS).join(' | ')}\n`)
  return 2
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await setUp()
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
    process.exitCode = 1
  }
}
