import type { FastifyInstance } from 'fastify'
import type { ModelRegistry } from '../../core/models/registry.ts'
import type { Clock, Meter, Store } from '../../core/ports.ts'
import type { ClockWatch } from '../clock-watch.ts'
import type { JobRunner } from '../jobs/runner.ts'

export interface MeasuredParts {
  readonly app: FastifyInstance
  readonly store: Store
  readonly runner: JobRunner
  readonly registry: ModelRegistry
  readonly clock: Clock
  readonly watch: ClockWatch
}

/** What is read off the engine when somebody asks. */
export function measureEngine(meter: Meter, { app, store, runner, registry, clock, watch }: MeasuredParts): void {
  let connections = 0
  app.server.on('connection', (socket) => {
    connections++
    socket.once('close', () => {
      connections--
    })
  })
  meter.gauge({ name: 'storemind_http_connections', help: 'Connections that are open.' }, () => connections)
  meter.gauge(
    { name: 'storemind_writer_pending', help: 'Writes that were asked for and are not on disk yet.' },
    () => store.writerState().pending,
  )
  meter.gauge(
    { name: 'storemind_writer_alive', help: '0 once the writer died; then nothing is stored until a restart.' },
    () => Number(store.writerState().alive),
  )
  meter.gauge({ name: 'storemind_jobs_running', help: 'Jobs that run now.', labels: ['kind'] }, () =>
    runner.running().map((kind) => ({ labels: { kind }, value: 1 })),
  )
  const version = () => registry.current?.version
  meter.gauge(
    { name: 'storemind_model_version', help: 'The model version that serves; 0 for none.' },
    () => version()?.version ?? 0,
  )
  meter.gauge(
    { name: 'storemind_clock_drift_seconds', help: 'How far the clock was set ahead since the start; below 0: back.' },
    () => watch.drift() / 1000,
  )
  meter.gauge({ name: 'storemind_model_age_seconds', help: 'Since the model that serves was trained.' }, () => {
    const createdAt = version()?.createdAt
    return createdAt === undefined ? 0 : (clock() - createdAt) / 1000
  })
  meter.gauge(
    {
      name: 'storemind_model_quality',
      help: 'The figure that the gate compares, of the model that serves.',
      labels: ['metric'],
    },
    () => {
      const serving = version()
      // A version that could not be measured has no sample: 0 would be a very bad one.
      return serving === undefined || serving.value === null
        ? []
        : [{ labels: { metric: serving.metric }, value: serving.value }]
    },
  )
}
