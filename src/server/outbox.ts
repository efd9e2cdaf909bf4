import { createDispatcher, type Dispatcher } from '../core/delivery/dispatcher.ts'
import type { Clock, Meter, RandomBytes, WebhookRepository, WebhookSender } from '../core/ports.ts'
import { faultOf, type Logger } from './logging.ts'

export interface OutboxParts {
  readonly webhooks: WebhookRepository
  readonly sender: WebhookSender
  readonly clock: Clock
  readonly randomBytes: RandomBytes
  readonly logger: Logger
  readonly meter: Meter
}

/** How often the outbox is looked into; a look at an empty one costs microseconds. */
const LOOK_MILLIS = 1000
/** A server that ends waits so long for what is being sent. */
const PATIENCE_MILLIS = 3000

/** The outbox, worked off by this process from `start` to `close`. */
export interface Outbox {
  start(): void
  close(): Promise<void>
}

export function createOutbox({ webhooks, sender, clock, randomBytes, logger, meter }: OutboxParts): Outbox {
  const attempts = meter.counter({
    name: 'storemind_webhook_attempts_total',
    help: 'Attempts to deliver a webhook message, by what they came to.',
    labels: ['outcome'],
  })
  meter.gauge({ name: 'storemind_webhook_pending', help: 'Webhook messages that are on their way.' }, () =>
    webhooks.pending(),
  )
  meter.gauge(
    { name: 'storemind_webhook_endpoints', help: 'Webhook endpoints that are switched on or off.', labels: ['state'] },
    async () => {
      const all = await webhooks.list().catch(() => undefined)
      if (all === undefined) return []
      const disabled = all.filter(({ disabledAt }) => disabledAt !== undefined).length
      return Object.entries({ enabled: all.length - disabled, disabled }).map(([state, value]) => ({
        labels: { state },
        value,
      }))
    },
  )
  const fault = (error: unknown) => logger.error({ fault: faultOf(error, logger.level) }, 'the outbox met a fault')
  const dispatcher: Dispatcher = createDispatcher({
    webhooks,
    sender,
    clock,
    random: () => {
      const bytes = new Uint8Array(4)
      randomBytes(bytes)
      return new DataView(bytes.buffer).getUint32(0) / 2 ** 32
    },
    onAttempt: (outcome) => attempts({ outcome }),
    onDisabled: (webhook, because) => logger.warn({ webhook, because }, 'a webhook is switched off'),
    onFault: fault,
  })
  const look = () => {
    const now = clock()
    webhooks.forgetSecrets(now).catch(fault)
    webhooks
      .clockSetBack(now)
      .then(() => dispatcher.tick())
      .catch(fault)
  }
  let timer: NodeJS.Timeout | undefined
  return {
    start() {
      timer = setInterval(look, LOOK_MILLIS).unref()
      webhooks
        .endLeases(clock())
        .then(() => dispatcher.tick())
        .catch(fault)
    },
    async close() {
      clearInterval(timer)
      const patience = setTimeout(() => dispatcher.abort(), PATIENCE_MILLIS).unref()
      await dispatcher.close()
      clearTimeout(patience)
    },
  }
}
