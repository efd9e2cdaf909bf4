import { availableParallelism } from 'node:os'
import { type Client, createClient, httpTransport, type Transport } from '@storemind/client'
import type { Configuration, EffectiveConfiguration } from '../contracts/configuration.ts'
import { CodedError } from '../contracts/errors.ts'
import type { Engine } from '../server/engine.ts'
import { storeConfiguration, storeHolder } from '../server/store-folder.ts'
import { type Context, type GlobalOptions, settingFlags, storeDirectory } from './context.ts'

/** More threads than this hardly make training faster, and each takes memory. */
const MOST_THREADS = 8

export interface Connection {
  readonly client: Client
  readonly directory: string
}

/**
 * Gives the command a client of the store. A server that has the store open is asked over HTTP; otherwise the engine is
 * started in this process, without a socket, for as long as the command takes.
 *
 * @throws CodedError STORE_NOT_FOUND, STORE_LOCKED and what opening a store may throw
 */
export async function withClient<T>(
  context: Context,
  options: GlobalOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const directory = storeDirectory(context, options)
  const holder = storeHolder(directory)
  if (holder?.url !== undefined && holder.token !== undefined) {
    const transport = httpTransport({ url: reachable(holder.url), key: holder.token })
    return work({ client: createClient({ transport }), directory })
  }
  if (holder !== undefined) throw new CodedError('STORE_LOCKED', { path: directory, pid: holder.pid })
  const configuration = await effectiveConfiguration(context, options)
  const { values } = configuration
  // Only where it is needed: what asks a running server starts sooner without.
  const [{ startEngine }, { createLogger }] = await Promise.all([
    import('../server/engine.ts'),
    import('../server/logging.ts'),
  ])
  const engine = await startEngine({
    directory,
    configuration: withAllProcessors(configuration),
    clock: context.clock,
    randomBytes: context.randomBytes,
    // What the log would tell, the command says itself; faults must still be found by their reference.
    logger: createLogger({
      level: values['log.level'] === 'info' ? 'error' : values['log.level'],
      destination: { write: (line) => context.terminal.err(line) },
    }),
  })
  try {
    return await work({ client: createClient({ transport: injectTransport(engine) }), directory })
  } finally {
    await engine.close()
  }
}

/** Nobody is served meanwhile: training has the machine to itself, unless it was said what it may have. */
function withAllProcessors({ values, sources }: EffectiveConfiguration): Configuration {
  if (sources['training.threads'] !== 'default') return values
  return { ...values, 'training.threads': Math.min(availableParallelism(), MOST_THREADS) }
}

export function effectiveConfiguration(context: Context, options: GlobalOptions): Promise<EffectiveConfiguration> {
  return storeConfiguration(storeDirectory(context, options), {
    environment: context.environment,
    flags: settingFlags(options),
  })
}

/** Calls go straight into the engine, through the same routes as over HTTP. */
export function injectTransport(engine: Pick<Engine, 'app' | 'localToken'>): Transport {
  return {
    url: 'this process',
    async send({ method, path, body, headers }) {
      const response = await engine.app.inject({
        method,
        url: path,
        headers: { ...headers, authorization: `Bearer ${engine.localToken}` },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      })
      let parsed: unknown
      try {
        parsed = JSON.parse(response.body)
      } catch {
        parsed = undefined
      }
      return { status: response.statusCode, body: parsed }
    },
  }
}

/** A server that listens on all addresses is reached at this machine's own. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
