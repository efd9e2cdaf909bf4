import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { LoadPlan, LoadReport } from './load.ts'
import { LoadConnection } from './load-connection.ts'

const MOST_CONNECTIONS = 256

// The thread is started by sendLoad only, with a plan.
const plan = workerData as LoadPlan
const count = Math.round(plan.requestsPerSecond * plan.seconds)
const latencies = new Float64Array(count)
const { hostname, port, host } = new URL(plan.url)
// Made beforehand, so that the making is not measured.
const requests = plan.requests.map(({ path, body }) => {
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${host}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `authorization: Bearer ${plan.token}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
})

const idle: LoadConnection[] = []
/** Numbers of requests that are due and wait for a connection. */
const waiting: number[] = []
let connections = 0
let sent = 0
let ended = 0
let failed = 0
let latestStartMs = 0
const began = performance.now() + 100

/** Sends what is due, then sleeps until the next is. */
function tick(): void {
  const now = performance.now()
  while (sent < count && dueAt(sent) <= now) {
    latestStartMs = Math.max(latestStartMs, now - dueAt(sent))
    const connection = free()
    if (connection === undefined) waiting.push(sent++)
    else send(sent++, connection)
  }
  if (sent < count) setTimeout(tick, 1)
}

function dueAt(number: number): number {
  return began + (1000 * number) / plan.requestsPerSecond
}

function free(): LoadConnection | undefined {
  for (let kept = idle.pop(); kept !== undefined; kept = idle.pop()) {
    if (kept.isOpen) return kept
    connections--
  }
  if (connections === MOST_CONNECTIONS) return undefined
  connections++
  return new LoadConnection(hostname, Number(port))
}

function send(number: number, connection: LoadConnection): void {
  connection.send(requests[number % requests.length]!, (status) => {
    latencies[number] = performance.now() - dueAt(number)
    if (status !== 200) failed++
    idle.push(connection)
    const next = waiting.length > 0 ? free() : undefined
    if (next !== undefined) send(waiting.shift()!, next)
    if (++ended === count) report()
  })
}

function report(): void {
  for (const connection of idle) connection.close()
  const message: LoadReport = {
    latencies,
    failed,
    seconds: (performance.now() - began) / 1000,
    latestStartMs,
  }
  parentPort?.postMessage(message)
}

tick()
