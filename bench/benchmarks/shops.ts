import { join } from 'node:path'
import type { Evaluation } from '@storemind/client'
import {
  type Benchmark,
  type BenchmarkContext,
  type BenchmarkResult,
  dataFolder,
  type Figures,
} from '../harness/benchmark.ts'
import { finish, importInto, serve, storemind } from '../harness/engine.ts'

/** Imports a public shop, evaluates it as a store's engineer would, and reads the figures off the evaluation. */
function shop(name: string, about: string): Benchmark {
  return { name, about, needs: name, run: (context) => measure(name, context) }
}

export const onlineRetail = shop('online-retail', 'quality on the UK gift wholesaler, last 30 days are the test')
export const completejourney = shop('completejourney', 'quality on the US grocer, last 30 days are the test')

async function measure(name: string, context: BenchmarkContext): Promise<BenchmarkResult> {
  const path = dataFolder(context, `the folder ${name}`)
  const store = join(context.work, name)
  const began = performance.now()
  await storemind('init', '--store', store)
  const server = await serve(store)
  try {
    context.say(`importing ${path}`)
    await importInto(server, { importer: name, path }, context.say)
    const imported = performance.now()
    const job = await server.client.evaluate({ seed: context.seed, testDays: 30 })
    // An evaluation job's result is an Evaluation; the routes' contract says so.
    const evaluation = (await finish(server.client, job, context.say)) as Evaluation
    const figures = (row: string) => evaluation.rows.find((one) => one.name === row)?.metrics
    const blend = figures('blend')
    if (!blend) throw new Error(`The evaluation has no row of the blend: ${evaluation.rows.map((row) => row.name)}`)
    const seconds = { importSeconds: (imported - began) / 1000, evaluateSeconds: (performance.now() - imported) / 1000 }
    const others = evaluation.rows.filter((row) => row.name !== 'blend')
    return {
      metrics: { ...figuresAt10(blend), profiles: evaluation.profiles, products: evaluation.products, ...seconds },
      peers: Object.fromEntries(others.map((row) => [row.name, figuresAt10(row.metrics)])),
      notes: evaluation.notes,
    }
  } finally {
    await server.stop()
  }
}

function figuresAt10(metrics: Figures): Figures {
  return Object.fromEntries(Object.entries(metrics).filter(([key]) => key.endsWith('At10')))
}
