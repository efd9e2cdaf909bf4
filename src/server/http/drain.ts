import { Server } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** What is being answered when idle connections were closed gets so long; after that its connection is cut. */
const ANSWER_MILLIS = 30_000

/**
 * Sees to it that closing the app refuses nobody who is connected: no new connection is accepted, every answer says
 * `Connection: close` (Fastify does that from the moment of closing), and connections without a request stay open for
 * a while, since a request may be on its way on them. Node alone would close these at once.
 * @param patience how long idle connections stay, milliseconds; read when closing begins
 */
export function drainOnClose(app: FastifyInstance, patience: () => number): void {
  const { server } = app
  app.addHook('preClose', async () => {
    if (!server.listening) return
    const millis = patience()
    // What is being answered now still says that its connection stays: no longer than those that are idle.
    server.keepAliveTimeout = Math.max(1, millis)
    const cut = setTimeout(() => server.closeAllConnections(), millis + ANSWER_MILLIS).unref()
    server.once('close', () => clearTimeout(cut))
    if (millis === 0) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, millis)
      // The plain server's: that of HTTP also closes idle connections, and no longer bounds the time of requests.
      Server.prototype.close.call(server, () => {
        clearTimeout(timer)
        resolve()
      })
    })
  })
}
