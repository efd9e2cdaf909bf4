import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** No answer links to another route, so that the column of links is always empty; on a phone it took a third of the width. */
const STYLE = `
.swagger-ui .response-col_links { display: none }
.swagger-ui table.responses-table { table-layout: fixed }
.swagger-ui .responses-table .col_header:first-child { width: 4.5em }
.swagger-ui .response-controls, .swagger-ui .content-type-wrapper { padding-right: 0 }
.swagger-ui .response-control-media-type__accept-message { white-space: normal }
@media (max-width: 640px) {
  .swagger-ui .responses-inner { padding: 12px }
  .swagger-ui .responses-table .col_header:first-child { width: 3em }
  .swagger-ui .json-schema-2020-12 { overflow-x: auto }
}
`

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
    // Its script sets styles. Not `upgrade-insecure-requests`, which the plugin's own policy has: on plain HTTP it would
    // keep the page from its own files wherever the server's name is not this machine's own.
    staticCSP:
      "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'",
    uiConfig: {
      // Without the bar of the plugin's own makers.
      layout: 'BaseLayout',
      docExpansion: 'list',
      deepLinking: true,
      validatorUrl: null,
      defaultModelsExpandDepth: -1,
    },
    theme: { title: 'Storemind: the API', css: [{ filename: 'storemind.css', content: STYLE }] },
  })
}
