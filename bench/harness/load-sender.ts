import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { LoadPlan, LoadReport } from './load.ts'

// The thread is started by sendLoad only, with a plan.
const plan = workerData as LoadPlan
const count = Math.round(plan.requestsPerSecond * plan.seconds)
const latencies = new Float64Array(count)
const agent = new Agent({ keepAlive: true, maxSockets: 256, scheduling: 'fifo' })
const { hostname, port } = new URL(plan.url)
const requests = plan.requests.map(({ path, body }) => ({ path, body: Buffer.from(body) }))

let sent = 0
let ended = 0
let failed = 0
let latestStartMs = 0
const began = performance.now() + 100

/** Sends what is due, then sleeps until the next is. */
function tick(): void {
  const now = performance.now()
  while (sent < count) {
    const due = began + (1000 * sent) / plan.requestsPerSecond
    if (due > now) break
    latestStartMs = Math.max(latestStartMs, now - due)
    send(sent++, due)
  }
  if (sent < count) setTimeout(tick, 1)
}

function send(number: number, due: number): void {
  const { path, body } = requests[number % requests.length]!
  let open = true
  const end = (ok: boolean) => {
    if (!open) return
    open = false
    latencies[number] = performance.now() - due
    if (!ok) failed++
    if (++ended === count) report()
  }
  const call = request(
    {
      agent,
      hostname,
      port,
      path,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        authorization: `Bearer ${plan.token}`,
      },
    },
    (response) => {
      response.resume()
      response.once('end', () => end(response.statusCode === 200))
      response.once('error', () => end(false))
    },
  )
  call.setTimeout(30_000, () => call.destroy(new Error('no answer within 30 s')))
  call.once('error', () => end(false))
  call.end(body)
}

function report(): void {
  agent.destroy()
  const message: LoadReport = {
    latencies,
    failed,
    seconds: (performance.now() - began) / 1000,
    latestStartMs,
  }
  parentPort?.postMessage(message)
}

tick()
