import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { Check } from 'typebox/value'
import { GUIDE_FILE } from '../../demo/guide.ts'
import {
  type StorefrontConfiguration,
  type StorefrontFile,
  storefrontFiles,
  storefrontPicture,
} from '../../demo/storefront/files.ts'

const DemoGuide = Type.Object({ shoppers: Type.Array(Type.Object({ id: Type.String(), label: Type.String() })) })
type DemoGuide = Type.Static<typeof DemoGuide>

/** The guide of a simulated store; undefined where this is a real one. */
export async function demoGuide(directory: string): Promise<DemoGuide | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(join(directory, GUIDE_FILE), 'utf8'))
    return Check(DemoGuide, parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

/**
 * The simulated store's shop window at `/demo/`. Its page speaks only to the public API, with a key for reading that
 * holds as long as this process.
 */
export function serveStorefront(app: FastifyInstance, configuration: StorefrontConfiguration): void {
  const send = (path: string, file: () => StorefrontFile | undefined) =>
    app.get(path, (_request, reply) => {
      const found = file()
      if (found === undefined) return reply.callNotFound()
      return reply.header('content-type', found.type).header('content-security-policy', POLICY).send(found.body)
    })
  for (const file of storefrontFiles()) send(`/demo/${file.path}`, () => file)
  app.get('/demo', (_request, reply) => reply.redirect('/demo/'))
  app.get('/demo/config.json', (_request, reply) => reply.header('cache-control', 'no-store').send(configuration))
  app.get<{ Params: { name: string } }>('/demo/pictures/:name', (request, reply) => {
    const picture = storefrontPicture(request.params.name)
    if (picture === undefined) return reply.callNotFound()
    return reply.header('content-type', picture.type).header('cache-control', 'max-age=86400').send(picture.body)
  })
}

/** Everything from this server, nothing from elsewhere. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
