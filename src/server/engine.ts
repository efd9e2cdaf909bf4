import { existsSync } from 'node:fs'
import process from 'node:process'
import type { FastifyInstance, FastifyListenOptions } from 'fastify'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { IMPORTERS } from '../connectors/registry.ts'
import { createWebhookSender } from '../connectors/webhooks/sender.ts'
import type { Configuration } from '../contracts/configuration.ts'
import { CodedError } from '../contracts/errors.ts'
import { uuidv7 } from '../contracts/ids.ts'
import type { RouteHandler } from '../contracts/route.ts'
import { batch, browserSettings, SINGLE_ROUTES } from '../contracts/routes/ingest.ts'
import { openCatalog } from '../core/catalog/catalog.ts'
import { openPlacements } from '../core/decisions/placements.ts'
import type { Clock, RandomBytes, RetentionRule, Store } from '../core/ports.ts'
import { createIngest } from '../core/profiles/ingest.ts'
import { createLiveStates } from '../core/profiles/live-states.ts'
import { ShopperMemory } from '../core/profiles/shopper-memory.ts'
import { CAPABILITY } from '../recommendations/contracts.ts'
import { layoutOf } from '../storage/layout.ts'
import { acquireLock, openStore } from '../storage/store.ts'
import { createAuthenticator, randomToken } from './auth.ts'
import { openRecommendations } from './capabilities.ts'
import { watchClock } from './clock-watch.ts'
import { trainDaily } from './daily-training.ts'
import { keepHouse } from './housekeeping.ts'
import { createAdmission } from './http/admission.ts'
import { type ConnectionLimits, createHttpApp } from './http/app.ts'
import { listOf } from './http/cors.ts'
import { drainOnClose } from './http/drain.ts'
import { openApiDocument } from './http/openapi.ts'
import { createRateLimit } from './http/rate-limit.ts'
import { mountIngest } from './ingest/mount.ts'
import { createJobRunner } from './jobs/runner.ts'
import { faultOf, type Logger } from './logging.ts'
import { createEngineMetrics } from './metrics/engine-metrics.ts'
import { measureEngine } from './metrics/gauges.ts'
import { createMeter } from './metrics/meter.ts'
import { createOutbox } from './outbox.ts'
import { openOutcomes } from './outcomes/open-outcomes.ts'
import { serveDocumentation } from './pages/documentation.ts'
import { serveLanding } from './pages/landing.ts'
import { serveMetrics } from './pages/metrics.ts'
import { demoGuide, serveStorefront } from './pages/storefront.ts'
import { pooled } from './random-pool.ts'
import { botRoutes } from './routes/bots.ts'
import { catalogueRoutes } from './routes/catalogue.ts'
import { importRoutes } from './routes/imports.ts'
import { jobRoutes } from './routes/jobs.ts'
import { keyRoutes } from './routes/keys.ts'
import { modelRoutes } from './routes/models.ts'
import { operationRoutes, VERSION } from './routes/operation.ts'
import { placementRoutes } from './routes/placements.ts'
import { privacyRoutes } from './routes/privacy.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { createWorkers } from './workers/pool.ts'

export interface EngineOptions {
  /** The store's folder. */
  readonly directory: string
  readonly configuration: Configuration
  readonly clock: Clock
  /** Milliseconds since any moment, which nobody can set; the machine’s own where left out. */
  readonly elapsed?: () => number
  readonly randomBytes: RandomBytes
  readonly logger: Logger
  /** Checks every answer against its contract. For tests. */
  readonly checkAnswers?: boolean
}

/** One store, open and answering. */
export interface Engine {
  /** Answers requests; also without a socket, through `inject`. */
  readonly app: FastifyInstance
  readonly store: Store
  /** What the command line on this machine shows instead of a key. */
  readonly localToken: string
  /** The key that the storefront of a simulated store reads with; undefined for a real store. */
  readonly storefrontKey: string | undefined
  /** The one that it tells its events with. */
  readonly storefrontWriteKey: string | undefined
  /**
   * Opens the socket, or takes the one that the process was given, and keeps house from then on.
   * @param fd a socket that is bound already
   * @returns the address, for example `http://127.0.0.1:7654`
   * @throws CodedError ADDRESS_IN_USE
   */
  listen(fd?: number): Promise<string>
  /**
   * Finishes what is being answered, stops jobs at a safe point, and gives the store back. `/readyz` turns first.
   * @param patience how long connections without a request stay open, milliseconds; none where left out
   */
  close(patience?: number): Promise<void>
}

/** Connections that wait to be accepted: a burst, or what comes during a restart. The kernel may hold it lower. */
const BACKLOG = 4096
/** Some kilobytes each; a shop's visitors of an hour. */
const REMEMBERED_SHOPPERS = 5000

/**
 * Opens a store and puts together everything that answers for it. This is the composition root: what depends on what
 * is decided here and nowhere else.
 *
 * @throws CodedError STORE_NOT_FOUND, STORE_LOCKED, STORE_DAMAGED, STORE_NEWER, KEYS_MISSING
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { directory, clock } = options
  if (!existsSync(layoutOf(directory).database)) throw new CodedError('STORE_NOT_FOUND', { path: directory })
  const lock = acquireLock(directory, { pid: process.pid, startedAt: clock() })
  try {
    return await open(options, lock)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function open(options: EngineOptions, lock: ReturnType<typeof acquireLock>): Promise<Engine> {
  const { directory, configuration, clock, logger } = options
  const randomBytes = pooled(options.randomBytes)
  const startedAt = clock()
  const masterKey = configuration['store.masterKey']
  const watch = watchClock(clock, options.elapsed ?? (() => performance.now()))
  const registry = new Registry()
  const meter = createMeter(registry)
  const metrics = createEngineMetrics(meter, () => performance.now())
  const opened = metrics.countedStore(
    await openStore({ directory, clock, randomBytes, masterKey, watch: metrics.writes }),
  )
  const memory = new ShopperMemory(REMEMBERED_SHOPPERS)
  const live = createLiveStates(opened)
  const store: Store = { ...opened, ...memory.watch(live) }
  const abandoned = await store.jobs.interruptAbandoned(startedAt)
  if (abandoned > 0) logger.warn({ jobs: abandoned }, 'jobs of a process that died are marked interrupted')

  const runner = createJobRunner({ jobs: store.jobs, clock, logger, onEnded: metrics.jobEnded })
  const catalog = await openCatalog(store.catalog)
  const placements = await openPlacements(store.placements)
  const ingest = metrics.countedIngest(
    createIngest({ events: store.events, defaultCurrency: configuration['store.currency'] }),
  )
  const workers = createWorkers({ directory, masterKey })
  const outcomes = await openOutcomes({
    store,
    catalog,
    placements,
    workers,
    runner,
    configuration,
    clock,
    randomBytes,
    logger,
  })
  const recommendations = await openRecommendations({
    store,
    catalog,
    placements,
    experiments: outcomes.experiments,
    tokens: outcomes.tokens,
    rebuild: live.rebuild,
    memory,
    workers,
    runner,
    configuration,
    clock,
    randomBytes,
    logger,
  })

  const localToken = randomToken(randomBytes)
  const guide = await demoGuide(directory)
  const storefront =
    guide === undefined ? undefined : { key: randomToken(randomBytes), writeKey: randomToken(randomBytes) }
  const authenticator = createAuthenticator({
    keys: store.keys,
    own: [
      { id: 'local', secret: localToken, scopes: ['admin'] },
      ...(storefront === undefined
        ? []
        : [
            { id: 'storefront', secret: storefront.key, scopes: ['read'] as const },
            { id: 'storefront-events', secret: storefront.writeKey, scopes: ['write'] as const },
          ]),
    ],
    clock,
  })
  const admission = createAdmission({
    authenticator,
    perAddress: createRateLimit(configuration['limits.addressPerSecond'], clock),
    perKey: createRateLimit(configuration['limits.keyPerSecond'], clock),
    onLimited: metrics.limited,
  })
  const name = configuration['store.name']
  const sender = createWebhookSender({
    allowPrivate: configuration['webhooks.privateTargets'] === 'allow',
    timeout: configuration['webhooks.timeout'] * 1000,
    userAgent: `Storemind/${VERSION}`,
  })
  const outbox = createOutbox({ webhooks: store.webhooks, sender, clock, randomBytes, logger, meter })
  let stopping = false
  const handlers: RouteHandler[] = [
    ...operationRoutes({
      store,
      runner,
      clock,
      startedAt,
      name,
      retention: retentionRule(configuration),
      servingModel: recommendations.servingVersion,
      isStopping: () => stopping,
    }),
    ...catalogueRoutes(store),
    ...botRoutes({ store, runner, clock }),
    ...importRoutes({ importers: IMPORTERS, store, ingest, catalog, runner, configuration, randomBytes, clock }),
    ...jobRoutes(runner),
    ...modelRoutes(store.models, recommendations.registry),
    ...webhookRoutes({ webhooks: store.webhooks, sender, clock, randomBytes }),
    ...keyRoutes({ keys: store.keys, authenticator, clock, randomBytes }),
    ...placementRoutes(placements),
    ...privacyRoutes({ store, explain: recommendations.explain, language: configuration['store.language'] }),
    ...recommendations.routes,
    ...outcomes.routes,
  ]
  let ready = true
  const app = createHttpApp({
    handlers,
    admission,
    logger,
    bodyLimit: configuration['server.bodyLimit'],
    corsOrigins: listOf(configuration['server.corsOrigins']),
    connections: connectionLimits(configuration),
    isReady: () => ready,
    reference: () => uuidv7(clock(), randomBytes),
    checkAnswers: options.checkAnswers ?? false,
    onAnswered: metrics.answered,
  })
  mountIngest(app, {
    ingest,
    admission,
    clock,
    basis: configuration['ingest.basis'],
    queueBytes: configuration['ingest.queueBytes'],
    newId: () => uuidv7(clock(), randomBytes),
  })
  const contracts = [
    ...handlers.map(({ contract }) => contract),
    ...Object.values(SINGLE_ROUTES),
    batch,
    browserSettings,
  ]
  measureEngine(meter, { app, store, runner, registry: recommendations.registry, clock, watch })
  serveMetrics(app, { registry, admission, access: configuration['metrics.access'] })
  serveDocumentation(app, openApiDocument(contracts, VERSION))
  serveLanding(app, async () => ({
    name,
    version: VERSION,
    products: await store.catalog.count(),
    profiles: await store.profiles.count(),
    events: await store.events.count(),
    servingModel: recommendations.servingVersion() ?? null,
    hasStorefront: guide !== undefined,
  }))
  if (guide !== undefined && storefront !== undefined) {
    serveStorefront(app, { ...storefront, store: name, shoppers: guide.shoppers })
  }

  let housekeeping: (() => void) | undefined
  let closing: Promise<void> | undefined
  let patience = 0
  drainOnClose(app, () => patience)
  const close = async () => {
    stopping = true
    housekeeping?.()
    await app.close()
    ready = false
    await runner.close()
    await outbox.close()
    await outcomes.close()
    // What cannot be written now is read from the log at the next start.
    await live
      .flush()
      .catch((error: unknown) => logger.warn({ fault: faultOf(error, logger.level) }, 'states are left to the log'))
    await store.close()
    lock.release()
    logger.info('closed')
  }
  return {
    app,
    store,
    localToken,
    storefrontKey: storefront?.key,
    storefrontWriteKey: storefront?.writeKey,
    async listen(fd) {
      const url = await listenAt(app, configuration['server.host'], configuration['server.port'], fd)
      lock.announce({ url, token: localToken })
      collectDefaultMetrics({ register: registry })
      outbox.start()
      outcomes.start()
      const endHouse = keepHouse({ runner, store, rule: retentionRule(configuration), clock, watch, logger })
      const endTraining = trainDaily({
        at: configuration['training.dailyAt'],
        zone: configuration['store.timezone'],
        store,
        runner,
        capability: CAPABILITY,
        train: recommendations.train,
        clock,
        watch,
        logger,
      })
      housekeeping = () => {
        endHouse()
        endTraining()
      }
      return url
    },
    close(given = 0) {
      patience = given
      closing ??= close()
      return closing
    },
  }
}

async function listenAt(app: FastifyInstance, host: string, port: number, fd: number | undefined): Promise<string> {
  try {
    // Fastify hands its options on to Node, which knows of file descriptors; its types do not.
    const given: FastifyListenOptions & { readonly fd?: number } = {
      host,
      port,
      backlog: BACKLOG,
      ...(fd === undefined ? {} : { fd }),
    }
    return await app.listen(given)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') throw new CodedError('ADDRESS_IN_USE', { address: `${host}:${port}` }, { cause: error })
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EACCES') {
      const problem = code === 'EACCES' ? 'this user may not listen there' : 'this machine has no such address'
      throw new CodedError('CONFIGURATION_INVALID', {
        setting: code === 'EACCES' ? 'server.port' : 'server.host',
        problem,
        source: 'storemind.json, the environment or the flags',
      })
    }
    throw error
  }
}

function connectionLimits(configuration: Configuration): ConnectionLimits {
  return {
    headersTimeout: configuration['server.headersTimeout'] * 1000,
    requestTimeout: configuration['server.requestTimeout'] * 1000,
    keepAliveTimeout: configuration['server.keepAliveTimeout'] * 1000,
    maxConnections: configuration['server.maxConnections'],
    trustedProxies: listOf(configuration['server.trustedProxies']),
  }
}

function retentionRule(configuration: Configuration): RetentionRule {
  return {
    decisionDays: configuration['retention.decisionDays'],
    rawEventDays: configuration['retention.rawEventDays'],
    jobDays: configuration['retention.jobDays'],
  }
}
