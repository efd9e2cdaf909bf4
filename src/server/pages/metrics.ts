import { BlockList } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Registry } from 'prom-client'
import { bearerSecret } from '../auth.ts'
import type { Admission } from '../http/admission.ts'

export interface MetricsPage {
  readonly registry: Registry
  readonly admission: Admission
  /** `loopback`: also without a key, for callers on this machine. */
  readonly access: 'key' | 'loopback'
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** `/metrics` in Prometheus' text format, for holders of an admin key. */
export function serveMetrics(app: FastifyInstance, { registry, admission, access }: MetricsPage): void {
  app.get('/metrics', { config: { counted: true } }, async (request, reply) => {
    if (!(access === 'loopback' && isLocal(request))) {
      const { authorization, origin } = request.headers
      await admission.admit({ secret: bearerSecret(authorization), origin, address: request.ip }, 'admin')
    }
    void reply.header('content-type', registry.contentType).header('cache-control', 'no-store')
    return reply.send(await registry.metrics())
  })
}

/** The socket's own end, and not what a header says; a proxy on this machine speaks for others. */
function isLocal(request: FastifyRequest): boolean {
  const { remoteAddress = '', remoteFamily } = request.socket
  const forwarded = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => name in request.headers)
  return !forwarded && LOOPBACK.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4')
}
