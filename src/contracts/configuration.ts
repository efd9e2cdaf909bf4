import Type from 'typebox'
import { Check, Convert, Errors } from 'typebox/value'
import { currencyHint, isCurrency } from './currency.ts'
import { CodedError } from './errors.ts'
import { mismatchWords } from './mismatch.ts'
import { textOfForm } from './pattern.ts'
import { ORIGIN_PATTERN } from './route.ts'

/** A list of origins as browsers send them. */
const ORIGINS = `^(${ORIGIN_PATTERN.slice(1, -1)}([, ]+${ORIGIN_PATTERN.slice(1, -1)})*)?$`

/** 00:00 to 23:59; an environment variable can't be set to nothing, so that there is a word for it. */
const DAILY_AT = '^(([01][0-9]|2[0-3]):[0-5][0-9]|never)?$'

/**
 * Every setting, once: type, default, range and meaning. Read from `storemind.json` in the store's folder, then
 * `STOREMIND_*` in the environment, then flags; the later one wins.
 */
export const Configuration = Type.Object({
  'server.host': Type.String({ default: '127.0.0.1', description: 'Address to listen on.' }),
  'server.port': Type.Integer({ default: 7654, minimum: 0, maximum: 65535, description: 'Port; 0 takes a free one.' }),
  'server.bodyLimit': Type.Integer({
    default: 1_048_576,
    minimum: 1024,
    maximum: 67_108_864,
    description: 'Largest request body, bytes.',
  }),
  'server.corsOrigins': textOfForm(ORIGINS, 'origins like https://shop.example, apart by commas, or empty', {
    default: '',
    description:
      'Origins of the shop’s pages that may call browser-facing routes, apart by commas, like `https://shop.example`; empty: none.',
  }),
  'server.trustedProxies': textOfForm(
    '^[0-9a-fA-F.:/, ]*$',
    'addresses or networks like 10.0.0.0/8, apart by commas, or empty',
    {
      default: '',
      description:
        'Addresses or networks of proxies whose X-Forwarded-For tells the caller’s address, apart by commas; empty: none.',
    },
  ),
  'server.headersTimeout': Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 600,
    description: 'Seconds within which the headers of a request must arrive.',
  }),
  'server.requestTimeout': Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: 'Seconds within which a whole request must arrive.',
  }),
  'server.keepAliveTimeout': Type.Integer({
    default: 72,
    minimum: 1,
    maximum: 3600,
    description: 'Seconds that a connection may wait for its next request; longer than a proxy in front keeps its own.',
  }),
  'server.drainTimeout': Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 600,
    description:
      'Seconds that connections without a request stay open when the server stops; what is being answered is finished in any case.',
  }),
  'server.maxConnections': Type.Integer({
    default: 15_000,
    minimum: 10,
    maximum: 1_000_000,
    description: 'Connections at once; more are closed unanswered. The process may open somewhat more files than that.',
  }),
  'limits.addressPerSecond': Type.Integer({
    default: 1000,
    minimum: 0,
    maximum: 1_000_000,
    description:
      'Requests a second from one address without a key or with a key that is not for administration; 0 for no limit.',
  }),
  'limits.keyPerSecond': Type.Integer({
    default: 5000,
    minimum: 0,
    maximum: 1_000_000,
    description: 'Requests a second with one key; 0 for no limit.',
  }),
  'webhooks.privateTargets': Type.Enum(['refuse', 'allow'], {
    default: 'refuse',
    description: 'Whether webhooks may go to addresses of this machine and network, and over plain http.',
  }),
  'webhooks.timeout': Type.Integer({
    default: 15,
    minimum: 1,
    maximum: 60,
    description: 'Seconds that a webhook’s receiver has to answer.',
  }),
  'metrics.access': Type.Enum(['key', 'loopback'], {
    default: 'key',
    description:
      'Who may read /metrics: holders of an admin key, or also callers on this machine (then no proxy here may pass it on).',
  }),
  'log.level': Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'How much is logged.',
  }),
  'store.name': Type.String({ default: 'store', maxLength: 200, description: 'The store’s name, shown on pages.' }),
  'store.timezone': Type.String({ default: 'UTC', description: 'IANA zone that a “day” of this store means.' }),
  'store.currency': textOfForm('^[A-Z]{3}$', 'a currency by its ISO 4217 code, three capital letters like EUR', {
    default: 'EUR',
    description: 'Currency where a source names none.',
  }),
  'store.language': Type.Enum(['en', 'zh'], {
    default: 'en',
    description: 'Language of reasons where a request names none.',
  }),
  'store.masterKey': Type.String({
    default: '',
    secret: true,
    description: 'Base64 of 32 bytes that wrap the profile keys; empty: kept in the store’s keys folder.',
  }),
  'ingest.basis': Type.Enum(['consent', 'contract', 'sample'], {
    default: 'consent',
    description: 'Legal basis of shoppers whom live events bring: by their consent, by the store’s terms, or a sample.',
  }),
  'ingest.queueBytes': Type.Integer({
    default: 16_777_216,
    minimum: 1_048_576,
    maximum: 1_073_741_824,
    description: 'Bytes of events that are received and not on disk yet; above that senders are asked to wait.',
  }),
  'training.dailyAt': textOfForm(DAILY_AT, 'a time of day from 00:00 to 23:59, never, or empty', {
    default: '04:00',
    description:
      'Time of day in `store.timezone`, `HH:MM`, at which the store learns from what is new; empty or `never`: only when asked.',
  }),
  'training.threads': Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 64,
    description:
      'Threads of a training run; what is learned does not hang on it. A command that opens the store itself, because no server has it open, takes one for each processor, 8 at most, unless this is set.',
  }),
  'training.seed': Type.Integer({
    default: 42,
    minimum: 0,
    maximum: 0xffffffff,
    description: 'Seed of training runs.',
  }),
  'training.windowDays': Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'History that trains, days; 0 for all.',
  }),
  'training.validationDays': Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3650,
    description:
      'Last days of history, held out to choose the blend; fewer where too little would be left before them.',
  }),
  'training.tolerance': Type.Number({
    default: 0.02,
    minimum: 0,
    maximum: 0.5,
    description: 'How much worse, relatively, a new version may be and still pass the gate.',
  }),
  'training.closedFormItems': Type.Integer({
    default: 4000,
    minimum: 0,
    maximum: 20_000,
    description: 'Products in the closed-form linear model; memory grows with the square, time with the cube.',
  }),
  'outcomes.tokenDays': Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 30,
    description: 'How long an impression or a click of a decision is still counted, days.',
  }),
  'outcomes.clickDays': Type.Integer({
    default: 7,
    minimum: 0,
    maximum: 90,
    description: 'A purchase counts for the last click on the product within so many days before it; 0 for none.',
  }),
  'outcomes.impressionHours': Type.Integer({
    default: 24,
    minimum: 0,
    maximum: 720,
    description:
      'Where there was no such click, it counts for the last impression within so many hours before it; 0 for none.',
  }),
  'decisions.captureShare': Type.Number({
    default: 0.01,
    minimum: 0,
    maximum: 1,
    description: 'Share of decisions, drawn at random, whose inputs are kept for replays; some kilobytes each.',
  }),
  'retention.decisionDays': Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description: 'Decisions are kept so long; 0 for ever.',
  }),
  'retention.rawEventDays': Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 36_500,
    description: 'Raw messages are kept so long; 0 for ever.',
  }),
  'retention.jobDays': Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description: 'Ended jobs are kept so long; 0 for ever.',
  }),
  'retention.modelVersions': Type.Integer({
    default: 10,
    minimum: 0,
    maximum: 100_000,
    description:
      'So many of the newest model versions are kept, beside the one that serves and the one before it; 0 for all. A decision of a version that is gone can’t be replayed.',
  }),
})
export type Configuration = Type.Static<typeof Configuration>
export type Setting = keyof Configuration

export const SETTINGS = Object.keys(Configuration.properties) as Setting[]

export type SettingSource = 'default' | 'file' | 'environment' | 'flag'

export interface EffectiveConfiguration {
  readonly values: Configuration
  readonly sources: Readonly<Record<Setting, SettingSource>>
}

/** `server.port` → `STOREMIND_SERVER_PORT`, `store.masterKey` → `STOREMIND_STORE_MASTER_KEY`. */
export function environmentName(setting: Setting): string {
  return `STOREMIND_${setting
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`
}

export function isSecret(setting: Setting): boolean {
  return 'secret' in Configuration.properties[setting]
}

/** What `storemind config` may show of a value. */
export function maskedValue(setting: Setting, value: unknown): unknown {
  return isSecret(setting) && value !== '' ? '••••••' : value
}

export interface ConfigurationSources {
  /** The parsed `storemind.json`. */
  readonly file?: Readonly<Record<string, unknown>>
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly flags?: Readonly<Record<string, unknown>>
}

/**
 * The effective configuration with each value's source.
 * @throws CodedError CONFIGURATION_INVALID for an unknown setting in the file or the flags, or a value out of range
 */
export function resolveConfiguration(from: ConfigurationSources): EffectiveConfiguration {
  const values: Record<string, unknown> = {}
  const sources: Record<string, SettingSource> = {}
  refuseUnknown(from.file, 'storemind.json')
  refuseUnknown(from.flags, 'the flags')
  for (const setting of SETTINGS) {
    const schema = Configuration.properties[setting]
    const [value, source] = pick(setting, from) ?? [defaultOf(schema), 'default' as const]
    const converted = source === 'environment' || source === 'flag' ? Convert(schema, value) : value
    const problem = problemOf(setting, converted)
    if (problem !== undefined) {
      throw new CodedError('CONFIGURATION_INVALID', {
        setting,
        problem,
        source:
          source === 'environment' ? environmentName(setting) : source === 'file' ? 'storemind.json' : 'the flags',
      })
    }
    values[setting] = converted
    sources[setting] = source
  }
  // Every setting was checked against its own schema just above.
  return { values: values as Configuration, sources: sources as Record<Setting, SettingSource> }
}

function problemOf(setting: Setting, value: unknown): string | undefined {
  const schema = Configuration.properties[setting]
  if (!Check(schema, value)) {
    if (setting === 'training.dailyAt') {
      return `${JSON.stringify(value)} is no time of day such as 04:00 or 23:30; empty or never turns it off`
    }
    if (isSecret(setting)) return 'it does not have the right form'
    return `it ${mismatchWords([...Errors(schema, value)][0], 'the configuration', schema)}`
  }
  if (setting !== 'store.currency' || isCurrency(String(value))) return undefined
  return `${value} is no code of ISO 4217 (${currencyHint(String(value)).replace(/\.$/, '')})`
}

function pick(setting: Setting, from: ConfigurationSources): [unknown, SettingSource] | undefined {
  const flag = from.flags?.[setting]
  if (flag !== undefined) return [flag, 'flag']
  const variable = from.environment?.[environmentName(setting)]
  if (variable !== undefined && variable !== '') return [variable, 'environment']
  if (from.file !== undefined && Object.hasOwn(from.file, setting)) return [from.file[setting], 'file']
  return undefined
}

function refuseUnknown(given: Readonly<Record<string, unknown>> | undefined, source: string): void {
  for (const name of Object.keys(given ?? {})) {
    if (!Object.hasOwn(Configuration.properties, name)) {
      throw new CodedError('CONFIGURATION_INVALID', { setting: name, problem: 'there is no such setting', source })
    }
  }
}

function defaultOf(schema: object): unknown {
  return 'default' in schema ? schema.default : undefined
}

/** What documents and `storemind config` tell of a setting. */
export interface SettingDescription {
  readonly meaning: string
  readonly default: unknown
  /** For example `0 to 65535`, or `en, zh`. */
  readonly range: string
}

export function describeSetting(setting: Setting): SettingDescription {
  const schema: {
    readonly description?: string
    readonly default?: unknown
    readonly enum?: readonly string[]
    readonly minimum?: number
    readonly maximum?: number
    readonly type?: string
  } = Configuration.properties[setting]
  const range = schema.enum
    ? schema.enum.join(', ')
    : schema.type === 'string'
      ? 'text'
      : `${schema.minimum} to ${schema.maximum}`
  return { meaning: schema.description ?? '', default: schema.default, range }
}
