import { once } from 'node:events'
import { createServer } from 'node:http'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { BENCHMARKS } from '../benchmarks/index.ts'
import { UsageError } from './benchmark.ts'
import { interleave } from './interleave.ts'
import { sendLoad } from './load.ts'
import { residentBytes } from './machine.ts'
import { table } from './report.ts'
import { median, percentile } from './statistics.ts'

describe('the statistics of benchmarks', () => {
  it('take the middle', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })

  it('take percentiles by nearest rank', () => {
    const hundred = Float64Array.from({ length: 100 }, (_, n) => n + 1)
    expect([0.5, 0.9, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 90, 99, 100])
    expect(percentile(Float64Array.of(7), 0.01)).toBe(7)
    expect(percentile(new Float64Array(0), 0.5)).toBeNaN()
  })
})

describe('interleaving', () => {
  it('turns the order each round, leaves the warm-up out, and gives medians', async () => {
    const order: string[] = []
    const side = (name: 'a' | 'b', seconds: readonly number[]) => ({
      name,
      async run(round: number) {
        order.push(`${name}${round}`)
        return seconds[round] ?? Number.NaN
      },
    })
    const medians = await interleave([side('a', [100, 1, 2, 9]), side('b', [100, 5, 4, 6])], 3)
    expect(medians).toEqual({ a: 2, b: 5 })
    expect(order.join(' ')).toBe('a0 b0 b1 a1 a2 b2 b3 a3')
  })
})

describe('the load sender', () => {
  it('sends every request once with its body and token, and counts what failed', async () => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`)
        response.statusCode = body === 'bad' ? 500 : 200
        response.end('{}')
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const requests = ['one', 'two', 'bad'].map((body) => ({ path: '/ask', body }))
    const plan = { url: `http://127.0.0.1:${port}`, token: 'secret', requests }
    const report = await sendLoad({ ...plan, requestsPerSecond: 300, seconds: 0.1 })
    server.close()
    expect(bodies).toHaveLength(30)
    expect(bodies.filter((line) => line === 'POST /ask Bearer secret one')).toHaveLength(10)
    expect(report.failed).toBe(10)
    expect(report.latencies).toHaveLength(30)
    expect(report.latencies.every((latency) => latency > 0)).toBe(true)
  })

  it('counts requests that nobody answers as failed', async () => {
    const plan = { url: 'http://127.0.0.1:1', token: '', requests: [{ path: '/', body: '{}' }] }
    expect((await sendLoad({ ...plan, requestsPerSecond: 100, seconds: 0.05 })).failed).toBe(5)
  })
})

describe('the report', () => {
  it('has a row a figure and a column a side, and a dash where a side has none', () => {
    const text = table({ metrics: { p99Ms: 4.25, failed: 0 }, peers: { other: { p99Ms: 123.456 } }, notes: [] })
    expect(text.split('\n').map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['storemind', 'other'],
      ['p99Ms', '4.250', '123.5'],
      ['failed', '0', '–'],
    ])
  })

  it('knows the memory of a process', () => {
    expect(residentBytes(process.pid)).toBeGreaterThan(10e6)
    expect(residentBytes(2 ** 30)).toBe(0)
  })
})

describe('the list of benchmarks', () => {
  it('names each once', () => {
    const names = BENCHMARKS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(
      expect.arrayContaining(['start', 'idle', 'serve', 'online-retail', 'completejourney', 'cold-items']),
    )
  })

  it('refuse a folder without their data in a sentence', async () => {
    const reading = BENCHMARKS.filter(
      ({ name, needs }) => needs && name !== 'online-retail' && name !== 'completejourney',
    )
    expect(reading.length).toBeGreaterThan(5)
    for (const { name, run } of reading) {
      for (const data of [undefined, import.meta.filename, import.meta.dirname]) {
        const context = { data, work: import.meta.dirname, seed: 1, threads: 1, say: () => undefined }
        await expect(run(context), `${name} of ${data}`).rejects.toThrow(UsageError)
      }
    }
  })
})
