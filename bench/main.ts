import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { BENCHMARKS } from './benchmarks/index.ts'
import { UsageError } from './harness/benchmark.ts'
import { commit, load, machine } from './harness/machine.ts'
import { table } from './harness/report.ts'
import { drawPlots, RESULTS } from './plots.ts'

const USAGE = `npm run bench -- list
npm run bench -- plots
npm run bench -- NAME [--data DIR] [--json] [--save] [--seed N] [--threads N] [--work DIR]

--work keeps what a run prepares (stores of the simulation) and takes it up again; otherwise a temporary folder is used.
--save keeps the figures in results/, from which plots draws its charts.
`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      seed: { type: 'string', default: '42' },
      threads: { type: 'string', default: '1' },
      work: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const [name, ...rest] = positionals
  if (values.help || name === undefined || rest.length > 0) {
    process.stdout.write(USAGE)
    return values.help ? 0 : 2
  }
  if (name === 'list') {
    process.stdout.write(
      values.json
        ? `${JSON.stringify(BENCHMARKS.map(({ name, about, needs }) => ({ name, about, needs })))}\n`
        : listing(),
    )
    return 0
  }
  if (name === 'plots') {
    process.stdout.write(
      drawPlots()
        .map((path) => `${path}\n`)
        .join(''),
    )
    return 0
  }
  const benchmark = BENCHMARKS.find((one) => one.name === name)
  if (!benchmark) throw new UsageError(`There is no benchmark ${name}. \`npm run bench -- list\` names them.`)
  const seed = wholeNumber('seed', values.seed)
  const threads = wholeNumber('threads', values.threads)
  const work = values.work === undefined ? mkdtempSync(join(tmpdir(), 'storemind-bench-')) : resolve(values.work)
  mkdirSync(work, { recursive: true })
  const say = (text: string) => void process.stderr.write(`${text}\n`)
  say(`${benchmark.name}: ${benchmark.about}\n${machine()}\nload before ${load()}`)
  const began = performance.now()
  try {
    const data = values.data === undefined ? undefined : resolve(values.data)
    const result = await benchmark.run({ data, work, seed, threads, say })
    const seconds = Math.round(performance.now() - began) / 1000
    say(`load after ${load()}`)
    process.stdout.write(`${table(result)}\n${result.notes.map((note) => `- ${note}\n`).join('')}`)
    const { metrics, peers } = result
    const missing = Object.entries(metrics).filter(([, value]) => !Number.isFinite(value))
    if (missing.length > 0) throw new Error(`Not measured: ${missing.map(([key]) => key).join(', ')}.`)
    const figures = { name, metrics, peers, seconds, threads, seed, commit: commit() }
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
    if (values.save) {
      const stored = { ...figures, machine: machine(), date: new Date().toISOString().slice(0, 10) }
      writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(stored, null, 2)}\n`)
    }
    return 0
  } finally {
    if (values.work === undefined) rmSync(work, { recursive: true, force: true })
  }
}

function listing(): string {
  const width = Math.max(...BENCHMARKS.map(({ name }) => name.length))
  return BENCHMARKS.map(
    ({ name, about, needs }) => `${name.padEnd(width)}  ${about}${needs ? ` (--data: ${needs})` : ''}\n`,
  ).join('')
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new UsageError(`--${option} is not a whole number: ${text}`)
  return value
}

try {
  process.exitCode = await main()
} catch (error) {
  const usage =
    error instanceof UsageError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  process.stderr.write(`${usage ? error.message : error instanceof Error ? error.stack : error}\n`)
  process.exitCode = usage ? 2 : 1
}
