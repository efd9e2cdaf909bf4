import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import type { EventPlan, EventReport } from './events.ts'
import { Visitors } from './visitors.ts'

// The thread is started by sendEvents only, with a plan.
const plan = workerData as EventPlan
const { hostname, port } = new URL(plan.url)
const agent = new Agent({ keepAlive: true, maxSockets: plan.connections })
const visitors = new Visitors(plan)
const count = Math.ceil(plan.events / plan.batch)
const authorization = `Basic ${Buffer.from(`${plan.key}:`).toString('base64')}`
// Made beforehand, so that the making is not measured.
const bodies = Array.from({ length: count }, () => Buffer.from(visitors.batch(plan.batch, plan.now)))

let sent = 0
let refused = 0
let slowest = 0

async function connection(): Promise<void> {
  for (let body = bodies[sent++]; body !== undefined; body = bodies[sent++]) {
    const before = performance.now()
    while (!(await post(body))) {
      refused++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    slowest = Math.max(slowest, performance.now() - before)
  }
}

/** False where the server asks to wait. @throws Error at any other answer than 200 */
function post(body: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length, authorization }
    const call = request({ agent, hostname, port, path: '/v1/batch', method: 'POST', headers }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => {
        if (response.statusCode === 200 && text === '{"success":true}') resolve(true)
        else if (response.statusCode === 429) resolve(false)
        else reject(new Error(`${response.statusCode} ${text.slice(0, 300)}`))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

parentPort?.postMessage('ready')
parentPort?.once('message', async () => {
  const began = performance.now()
  await Promise.all(Array.from({ length: plan.connections }, connection))
  const report: EventReport = { seconds: (performance.now() - began) / 1000, refused, slowestMs: slowest }
  agent.destroy()
  parentPort?.postMessage(report)
})
