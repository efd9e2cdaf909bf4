import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/**
 * `/openapi.json` and, made from it, the pages at `/docs`. Every asset is our own: nothing is fetched from elsewhere.
 * @param document of openApiDocument
 */
export function serveDocumentation(app: FastifyInstance, document: object): void {
  const text = JSON.stringify(document)
  app.get('/openapi.json', (_request, reply) => {
    void reply.header('content-type', 'application/json; charset=utf-8').send(text)
  })
  // Parsed anew: the plugin may change what it is given.
  void app.register(swagger, { mode: 'static', specification: { document: JSON.parse(text) } })
  void app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    uiConfig: { docExpansion: 'list', deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: -1 },
    theme: { title: 'Storemind: the API' },
  })
}
