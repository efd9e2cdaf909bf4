import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Pages of the allowed origins may call this route. */
    readonly browser?: boolean
    /** The plugin’s own word: leaves a route alone. */
    readonly cors?: false
  }
}

/** Browsers ask again after a day; some sooner, of their own accord. */
const PREFLIGHT_SECONDS = 86_400

/**
 * Lets pages of these origins call the routes whose configuration says `browser`; to other pages, and from other
 * routes, a browser shows nothing. No cookies: a call says by its key whom it speaks for. To be called before routes
 * are mounted.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  const asked = new Set<string>()
  app.addHook('onRoute', (route) => {
    if (route.config?.browser !== true) {
      route.config = { ...route.config, cors: false }
    } else if (route.method !== 'OPTIONS' && !asked.has(route.url)) {
      asked.add(route.url)
      // The plugin answers an allowed page before this is reached.
      app.options(route.url, { config: { browser: true } }, (_request, reply) => reply.code(204).send())
    }
  })
  void app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    // The last one is of Segment's browser client, when it sends again.
    allowedHeaders: ['authorization', 'content-type', 'x-retry-count'],
    exposedHeaders: ['retry-after'],
    maxAge: PREFLIGHT_SECONDS,
  })
}

/** `https://shop.example, https://www.shop.example` as a list. */
export function listOf(setting: string): string[] {
  return setting.split(/[\s,]+/).filter((entry) => entry !== '')
}
