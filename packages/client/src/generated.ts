// Made by scripts/generate-client.ts from the route contracts: change those, then run `npm run generate`.

import type { CallOptions } from './transport.ts'

export type LegalBasis = 'consent' | 'contract' | 'sample'

export interface ChosenItem {
  readonly productId: string
  readonly name: string
  readonly position: number
  /** The blend’s score; comparable within this decision only. */
  readonly score: number
  /** How likely the shopper is to take the product, as it was in the validation days of training among shoppers who bought anything: within those days where the placement is about no product, else in the same order. Comparable between decisions; left out where too little was learned to tell, and for what the models did not put forward. */
  readonly chance?: number
  /** Probability that this item stood at this position, given the positions above it. */
  readonly propensity: number
  readonly reasons: readonly Reason[]
  readonly link?: string
  readonly imageLink?: string
  readonly priceMicros?: number
  readonly currency?: string
  /** Ties an impression or a click of this item to the decision; see docs/experiments.md. */
  readonly token?: string
}

export interface Decision {
  /** A UUIDv7. */
  readonly id: string
  readonly placement: string
  readonly profile?: string
  readonly basis: 'personalised' | 'contextual'
  /** Why it is contextual. `first_visit`: there was no id, or one that the store has not heard of. */
  readonly cause?: 'first_visit' | 'no_consent' | 'objection' | 'bot'
  /** UTC milliseconds. */
  readonly at: number
  readonly modelVersion: number | null
  readonly items: readonly ChosenItem[]
  readonly refused: Readonly<Record<string, number>>
  /** Ties an impression of the whole list to the decision. */
  readonly token?: string
  readonly experiment?: DecisionExperiment
  /** The placement is in shadow mode: these are the items that the store shows. */
  readonly shadow?: true
  /** The visitor is in a holdout: show what the store shows without Storemind. */
  readonly holdout?: true
}

export interface DecisionExperiment {
  /** A UUIDv7. */
  readonly id: string
  readonly name: string
  /** Left out where the visitor is left out of the experiment. */
  readonly arm?: string
}

export interface DecisionRequest {
  /** Left out: `home`. */
  readonly placement?: string
  /** A userId, an anonymousId or a profile id. Left out, or not heard of yet: a first visit. */
  readonly profile?: string
  readonly productId?: string
  readonly cart?: readonly string[]
  readonly category?: string
  readonly list?: readonly string[]
  readonly shown?: readonly string[]
  readonly limit?: number
  readonly market?: string
  readonly language?: Language
  readonly exclude?: readonly string[]
  readonly personalise?: boolean
  readonly capture?: boolean
  readonly seed?: number
}

export interface Explanation {
  readonly decision: Decision
  readonly seed: number
  readonly summary: readonly string[]
  readonly replayable: boolean
}

export type Language = 'en' | 'zh'

export interface Replay {
  /** A UUIDv7. */
  readonly id: string
  readonly outcome: 'identical' | 'different' | 'not_replayable'
  readonly obstacle?: 'not_captured' | 'inputs_gone' | 'format_changed' | 'features_changed' | 'model_gone' | 'rule_gone' | 'newcomers_changed'
  readonly summary: readonly string[]
  readonly before: readonly ChosenItem[]
  readonly again: readonly ChosenItem[]
}

export interface SegmentMessage {
  readonly type: 'track' | 'identify' | 'page' | 'screen' | 'group' | 'alias'
  readonly messageId?: string
  readonly anonymousId?: string | null
  readonly userId?: string | null
  readonly previousId?: string
  readonly event?: string
  readonly properties?: Readonly<Record<string, unknown>>
  readonly traits?: Readonly<Record<string, unknown>>
  readonly context?: Readonly<Record<string, unknown>>
  readonly timestamp?: string
  readonly originalTimestamp?: string
  readonly sentAt?: string
}

export interface Experiment {
  /** A UUIDv7. */
  readonly id: string
  readonly name: string
  /** A visitor stands in the same arm on all of them. */
  readonly placements: readonly string[]
  /** The first is the one that the others are compared with. */
  readonly arms: readonly ExperimentArm[]
  /** How long it runs. Decided beforehand, it allows the narrower interval at its end. */
  readonly days?: number
  /** Where the interval that holds at every look is narrowest; 10,000 where left out. */
  readonly expectedVisitors?: number
  readonly status: 'draft' | 'running' | 'stopped'
  /** UTC milliseconds. */
  readonly createdAt: number
  /** UTC milliseconds. */
  readonly startedAt?: number
  /** UTC milliseconds. */
  readonly stoppedAt?: number
}

export interface ExperimentArm {
  readonly name: string
  /** How many visitors come here, in proportion to the other arms’ shares. */
  readonly share: number
  /** Decided and logged, not shown: the answer has no items and the store shows its own. */
  readonly holdout?: boolean
  /** What differs from the placement’s policy; left out: the placement as it is. */
  readonly policy?: {
    readonly inStockOnly?: boolean
    readonly hideBoughtDays?: number
    readonly collapseVariants?: boolean
    readonly maxPerCategory?: number
    readonly maxPerBrand?: number
    readonly minPriceMicros?: number
    readonly maxPriceMicros?: number
    readonly exploreRate?: number
    readonly explorePool?: number
    readonly newShare?: number
    readonly newDays?: number
    readonly keepOrder?: number
  }
}

export interface ExperimentDraft {
  readonly name: string
  /** A visitor stands in the same arm on all of them. */
  readonly placements: readonly string[]
  /** The first is the one that the others are compared with. */
  readonly arms: readonly ExperimentArm[]
  /** How long it runs. Decided beforehand, it allows the narrower interval at its end. */
  readonly days?: number
  /** Where the interval that holds at every look is narrowest; 10,000 where left out. */
  readonly expectedVisitors?: number
}

export interface DataCheck {
  readonly verdict: 'ready' | 'ready_with_warnings' | 'not_ready'
  readonly findings: readonly Finding[]
  readonly summary: {
    readonly products: number
    readonly profiles: number
    readonly events: number
    readonly orders: number
    readonly interactions: number
    readonly from: number | null
    readonly to: number | null
  }
}

export interface Finding {
  /** For example `orphan_products`, `duplicates`, `clock_skew`, `bots`. */
  readonly code: string
  readonly level: 'good' | 'note' | 'warning' | 'blocker'
  readonly title: string
  readonly detail: string
  readonly todo: string
  readonly count: number
  readonly share?: number
}

export interface ImportCounts {
  /** Records read: a product, an order with its lines, an event, or a row refused. */
  readonly rows: number
  /** Products added or changed. */
  readonly products: number
  readonly productsUnchanged: number
  /** Events added. */
  readonly events: number
  /** Events that an earlier import had brought. */
  readonly eventsKnown: number
  readonly problems: number
}

export interface ImportReport {
  /** A UUIDv7. */
  readonly id: string
  readonly importer: string
  readonly path: string
  readonly basis: LegalBasis
  readonly dryRun: boolean
  /** UTC milliseconds. */
  readonly startedAt: number
  /** UTC milliseconds. */
  readonly endedAt?: number
  /** False where a file was not read to its end; what came before was imported. */
  readonly complete: boolean
  readonly counts: ImportCounts
  readonly problemsByCode: Readonly<Record<string, number>>
  readonly problems: readonly RowProblem[]
  readonly seconds: number
}

export interface ImportRequest {
  readonly importer: string
  readonly path: string
  readonly basis?: LegalBasis
  readonly map?: Readonly<Record<string, string>>
  readonly options?: Readonly<Record<string, string>>
  readonly dryRun?: boolean
}

export interface RowProblem {
  readonly file: string
  readonly line: number
  readonly code: string
  readonly message: string
}

export interface Job {
  /** A UUIDv7. */
  readonly id: string
  readonly kind: 'import' | 'train' | 'evaluate' | 'backup' | 'retention' | 'bots' | 'outcomes'
  readonly status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted'
  /** UTC milliseconds. */
  readonly createdAt: number
  /** UTC milliseconds. */
  readonly startedAt?: number
  /** UTC milliseconds. */
  readonly endedAt?: number
  readonly params: Readonly<Record<string, unknown>>
  readonly progress: JobProgress
  readonly result?: unknown
  readonly error?: {
    readonly code: string
    readonly what: string
    readonly why: string
    readonly todo: string
  }
}

export interface JobProgress {
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly unit: string
}

export interface Evaluation {
  /** UTC milliseconds. */
  readonly trainFrom: number
  /** UTC milliseconds. */
  readonly splitAt: number
  /** UTC milliseconds. */
  readonly until: number
  /** Shoppers in the test. */
  readonly profiles: number
  /** Products ranked (all of them). */
  readonly products: number
  readonly placement: string
  readonly rows: readonly EvaluationRow[]
  readonly notes: readonly string[]
  readonly seconds: number
  readonly seed: number
}

export interface EvaluationRow {
  /** For example `item_neighbours`, `popularity`, `blend`. */
  readonly name: string
  readonly role: 'baseline' | 'source' | 'blend' | 'served'
  readonly metrics: Readonly<Record<string, number>>
  readonly intervals: Readonly<Record<string, readonly [number, number]>>
}

export interface ModelCard {
  readonly capability: string
  /** UTC milliseconds. */
  readonly trainedAt: number
  readonly seed: number
  readonly window: {
    /** UTC milliseconds. */
    readonly from: number
    /** UTC milliseconds. */
    readonly to: number
  }
  readonly data: {
    readonly interactions: number
    readonly profiles: number
    readonly products: number
    /** Shoppers left out because they did not consent. */
    readonly withheldForConsent: number
    readonly withheldAsBots: number
  }
  readonly sources: readonly {
    readonly name: string
    readonly kind: string
    readonly params: Readonly<Record<string, unknown>>
    /** Weight in the blend, by placement. */
    readonly weights: Readonly<Record<string, number>>
    readonly seconds: number
    readonly bytes: number
  }[]
  readonly validation: Evaluation
  readonly limits: readonly string[]
  readonly seconds: number
}

export interface ModelVersion {
  readonly version: number
  readonly capability: string
  readonly status: 'candidate' | 'serving' | 'retired' | 'rejected'
  /** UTC milliseconds. */
  readonly createdAt: number
  /** UTC milliseconds. */
  readonly promotedAt?: number
  /** The figure that the gate compares. */
  readonly metric: string
  /** Of the metric; null where too few shoppers came back in the validation days to measure it. */
  readonly value: number | null
  readonly bytes: number
  readonly card: ModelCard
}

export interface ArmReport {
  readonly arm: string
  readonly visitors: number
  readonly buyers: number
  readonly orders: number
  readonly revenue: readonly Revenue[]
  readonly decisions: number
  readonly held: number
  readonly impressions: number
  readonly clicks: number
  readonly clickThroughRate: number | null
  readonly attributedOrders: number
  readonly attributedRevenue: readonly Revenue[]
}

export interface ExperimentReport {
  readonly experiment: Experiment
  readonly from: number | null
  /** UTC milliseconds. */
  readonly to: number
  readonly sampleRatio: SampleRatioCheck
  readonly words: readonly string[]
  readonly lift: readonly Lift[] | null
  readonly arms: readonly ArmReport[]
  readonly leftOut: {
    readonly decisions: Readonly<Record<string, number>>
    readonly bots: number
    readonly withheld: number
    readonly merged: number
  }
}

export interface Lift {
  readonly arm: string
  readonly baseline: string
  /** ISO 4217 code. */
  readonly currency: string
  readonly perVisitor: number
  readonly low: number | null
  readonly high: number | null
  readonly relative: number | null
  readonly interval: 'planned_end' | 'every_look'
  readonly verdict: 'better' | 'worse' | 'not_proven' | 'too_few'
}

export interface OutcomeReport {
  /** UTC milliseconds. */
  readonly from: number
  /** UTC milliseconds. */
  readonly to: number
  readonly placements: readonly PlacementReport[]
  readonly refusedTokens: Readonly<Record<string, number>>
  readonly duplicates: number
}

export interface PlacementReport {
  readonly placement: string
  readonly decisions: number
  readonly held: number
  readonly impressions: number
  readonly clicks: number
  readonly clickThroughRate: number | null
  readonly attributedOrders: number
  readonly attributedRevenue: readonly Revenue[]
  readonly positions: readonly {
    readonly position: number
    readonly impressions: number
    readonly clicks: number
  }[]
}

export interface Revenue {
  /** ISO 4217 code. */
  readonly currency: string
  /** Integer millionths of the currency’s unit. */
  readonly micros: string
  /** Integer millionths of the currency’s unit. */
  readonly refundedMicros: string
}

export interface SampleRatioCheck {
  readonly sound: boolean
  /** Chance of a split at least as far from the shares, were it made by them. */
  readonly p: number
  readonly arms: readonly {
    readonly arm: string
    readonly visitors: number
    readonly expected: number
  }[]
}

export interface TouchAnswer {
  /** Impressions and clicks that are on disk now. */
  readonly accepted: number
  /** Of tokens that were used before; they count once. */
  readonly duplicates: number
  readonly refused: readonly {
    readonly list: 'impressions' | 'clicks'
    readonly index: number
    readonly error: {
      readonly code: string
      readonly what: string
      readonly why: string
      readonly todo: string
    }
  }[]
}

export interface TouchReport {
  readonly impressions?: readonly string[]
  readonly clicks?: readonly string[]
  /** The browser’s id, so that a purchase can follow. Left out: whom the decision was made for, if known. */
  readonly anonymousId?: string
}

export interface Placement {
  readonly name: string
  readonly surface: 'home' | 'product_page' | 'cart' | 'email' | 'category' | 'search'
  readonly anchor: 'none' | 'product' | 'cart' | 'category' | 'list'
  /** How many items, where the request does not say; a list that the store sends comes back whole. */
  readonly size: number
  readonly mode?: 'live' | 'shadow'
  readonly policy: {
    readonly inStockOnly: boolean
    readonly hideBoughtDays: number
    readonly collapseVariants: boolean
    readonly maxPerCategory: number
    readonly maxPerBrand: number
    readonly minPriceMicros?: number
    readonly maxPriceMicros?: number
    readonly exploreRate: number
    readonly explorePool: number
    readonly newShare?: number
    readonly newDays?: number
    readonly keepOrder?: number
  }
}

export type Availability = 'in_stock' | 'out_of_stock' | 'preorder' | 'backorder'

export interface Offer {
  /** The market, `default` where a store has one. */
  readonly market: string
  /** Micros; zero or more. */
  readonly priceMicros: number
  /** ISO 4217 code. */
  readonly currency: string
  /** Micros; zero or more. */
  readonly salePriceMicros?: number
  readonly availability: Availability
  /** Pieces on hand, where the store counts them. */
  readonly stock?: number
}

export interface Product {
  readonly id: string
  readonly groupId?: string
  readonly title: string
  readonly description?: string
  readonly brand?: string
  readonly categories: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly link?: string
  readonly imageLink?: string
  readonly replenishable?: boolean
  /** UTC milliseconds. */
  readonly releasedAt?: number
  readonly offers: readonly Offer[]
}

export interface Reason {
  readonly code: 'bought_before' | 'because_bought' | 'because_viewed' | 'because_in_cart' | 'similar_to' | 'bought_together' | 'people_like_you' | 'category_affinity' | 'brand_affinity' | 'popular' | 'trending' | 'new_arrival' | 'exploration' | 'next_after' | 'placed_by_shop' | 'favoured_by_shop' | 'shop_order' | 'in_category'
  /** The reason in the language of the request. */
  readonly text: string
  /** The share of the score that this reason carries, 0 to 1. */
  readonly weight: number
  /** The product that the reason speaks of. */
  readonly productId?: string
  /** The category, brand or count that the reason speaks of. */
  readonly value?: string
}

export interface Rule {
  readonly name: string
  /** What it is for, for people. */
  readonly note?: string
  /** Left out: true. */
  readonly enabled?: boolean
  /** Of two pins for one position the higher one counts; left out: 0. */
  readonly priority?: number
  /** Left out: all of them. */
  readonly placements?: readonly string[]
  /** Left out: all of them. */
  readonly markets?: readonly string[]
  /** By the store’s own clock: `2026-11-27` or `2026-11-27T18:00`. */
  readonly from?: string
  /** By the store’s own clock: `2026-11-27` or `2026-11-27T18:00`. */
  readonly until?: string
  readonly when: RuleCondition
  readonly unless?: RuleCondition
  readonly effect: RuleEffect
}

export interface RuleCondition {
  readonly productIds?: readonly string[]
  /** In one of these categories or below it; each by its whole path, `Home > Kitchen`. */
  readonly categories?: readonly string[]
  readonly brands?: readonly string[]
  /** Each of these attributes has one of its values. */
  readonly attributes?: readonly {
    readonly name: string
    readonly values: readonly string[]
  }[]
  /** Micros of the market’s currency. */
  readonly minPriceMicros?: number
  /** Micros of the market’s currency. */
  readonly maxPriceMicros?: number
  readonly availability?: readonly Availability[]
  /** Whether it costs less than usual now. */
  readonly onSale?: boolean
  /** By the store’s own clock: `2026-11-27` or `2026-11-27T18:00`. */
  readonly releasedFrom?: string
  /** By the store’s own clock: `2026-11-27` or `2026-11-27T18:00`. */
  readonly releasedUntil?: string
  readonly newerThanDays?: number
  readonly olderThanDays?: number
}

export interface RuleEffect {
  /** `pin`: stand at a position. `boost`, `bury`: the score is multiplied or divided by `strength`. `exclude`: are not shown. `cap`: are shown at most `limit.perDay` times. */
  readonly do: 'pin' | 'boost' | 'bury' | 'exclude' | 'cap'
  /** Of a pin, from 1. */
  readonly position?: number
  /** How many a pin places from its position on; left out: all `productIds`, else one. */
  readonly count?: number
  /** Of boost and bury. */
  readonly strength?: number
  readonly limit?: RuleLimit
}

export interface RuleEntry {
  readonly rule: Rule
  readonly state: 'active' | 'scheduled' | 'ended' | 'off'
  /** UTC milliseconds. */
  readonly changedAt: number
  /** Products of the catalogue that the rule may speak of now; prices and stock are looked at when it is applied. */
  readonly products: number
  /** Of a limit: what is spent or held today. */
  readonly usedToday?: number
}

export interface RuleLimit {
  /** Products shown by the rule in a day of the store. */
  readonly perDay: number
  /** `answers`: each answer counts at once. `impressions`: it is held until the page says that it was seen, and given back where that does not come. Left out: `answers`. */
  readonly counts?: 'answers' | 'impressions'
  /** How long an answer is held for its impression; left out: 30. */
  readonly holdMinutes?: number
}

export interface RuleTrial {
  readonly rule: string
  readonly decisions: number
  readonly skipped: Readonly<Record<string, number>>
  readonly changed: number
  readonly cameIn: number
  readonly wentOut: number
  readonly moved: number
  readonly shareBefore: number
  readonly shareAfter: number
  readonly byPlacement: readonly {
    readonly placement: string
    readonly decisions: number
    readonly changed: number
  }[]
  readonly products: readonly {
    readonly productId: string
    readonly name: string
    readonly before: number
    readonly after: number
  }[]
  readonly summary: readonly string[]
}

export interface ShadowReport {
  readonly placement: string
  /** UTC milliseconds. */
  readonly from: number
  /** UTC milliseconds. */
  readonly to: number
  readonly decisions: number
  readonly overlap: readonly {
    readonly k: number
    /** Null where there is nothing to count. */
    readonly share: number | null
  }[]
  readonly rankCorrelation: {
    readonly tau: number | null
    readonly decisions: number
  }
  readonly coverage: {
    readonly store: number | null
    readonly ours: number | null
  }
  readonly popularity: {
    readonly store: number | null
    readonly ours: number | null
  }
  readonly priceMicros: {
    readonly store: number | null
    readonly ours: number | null
  }
  readonly currency?: string
  /** Null where there is nothing to count. */
  readonly soldOut: number | null
  /** Null where there is nothing to count. */
  readonly unknown: number | null
  readonly outcomes: {
    readonly windowDays: number
    readonly decisions: number
    readonly followed: number
    readonly both: number
    readonly storeOnly: number
    readonly oursOnly: number
    readonly neither: number
  }
  readonly summary: readonly string[]
}

export interface Webhook {
  /** A UUIDv7. */
  readonly id: string
  readonly url: string
  readonly description: string
  /** What it is told of; empty: everything. */
  readonly types: readonly ('job.ended' | 'import.completed' | 'model.promoted' | 'profile.erased' | 'experiment.ended' | 'webhook.disabled')[]
  /** UTC milliseconds. */
  readonly createdAt: number
  /** UTC milliseconds. */
  readonly disabledAt?: number
  readonly disabledBecause?: string
  /** UTC milliseconds. */
  readonly previousSecretUntil?: number
  /** Messages that are on their way to it. */
  readonly pending: number
}

export interface WebhookDelivery {
  /** The header `webhook-id`: the same for every attempt. */
  readonly message: string
  readonly type: string
  readonly state: 'pending' | 'delivered' | 'failed'
  /** UTC milliseconds. */
  readonly createdAt: number
  readonly attempts: number
  /** UTC milliseconds. */
  readonly lastAttemptAt?: number
  /** HTTP status of the last answer; left out where none came. */
  readonly lastStatus?: number
  /** What was wrong the last time. */
  readonly problem?: string
  /** UTC milliseconds. */
  readonly nextAttemptAt?: number
}

export interface EvaluateRequest {
  readonly seed?: number
  readonly testDays?: number
  readonly placement?: string
}

export interface TrainRequest {
  readonly capability?: 'recommendations'
  readonly seed?: number
  readonly windowDays?: number
  readonly promote?: boolean
}

export interface ApiKey {
  /** A UUIDv7. */
  readonly id: string
  readonly name: string
  readonly scopes: readonly ('read' | 'write' | 'admin')[]
  /** Pages whose requests the key is for, like `https://shop.example`; left out: any caller. */
  readonly origins?: readonly string[]
  /** UTC milliseconds. */
  readonly createdAt: number
  /** UTC milliseconds. */
  readonly lastUsedAt?: number
}

export interface ImporterInfo {
  readonly id: string
  readonly title: string
  /** What files it reads. */
  readonly reads: string
  readonly example: string
  readonly fields: readonly {
    readonly name: string
    readonly required: boolean
    readonly meaning: string
  }[]
  readonly options: readonly {
    readonly name: string
    readonly meaning: string
    readonly default?: string
  }[]
  readonly defaultBasis?: string
}

export interface StorageReport {
  readonly bytes: number
  readonly freeBytes: number
  readonly tables: readonly {
    readonly name: string
    readonly rows: number
    readonly bytes: number
  }[]
  /** Growth over the last 30 days with data. */
  readonly bytesPerDay: number
  /** Size at which retention holds it, where there is a rule. */
  readonly steadyStateBytes: number | null
  readonly daysUntilFull: number | null
}

export interface StoreSummary {
  readonly name: string
  /** Storemind’s version. */
  readonly version: string
  readonly products: number
  readonly profiles: number
  readonly events: number
  readonly servingModel: number | null
  readonly uptimeSeconds: number
}

export interface Received {
  /** Everything that is not in `refused` is on disk. */
  readonly success: true
  /** Left out where every message was taken. */
  readonly refused?: readonly RefusedMessage[]
}

export interface RefusedMessage {
  /** Which message of the batch, from 0. */
  readonly index: number
  /** The message’s own id, where it has one. */
  readonly messageId?: string
  readonly error: {
    readonly code: 'BAD_REQUEST' | 'MALFORMED_JSON' | 'BODY_TOO_LARGE' | 'ROUTE_NOT_FOUND' | 'UNAUTHORIZED' | 'WRITE_KEY_INVALID' | 'FORBIDDEN' | 'TOO_BUSY' | 'ORIGIN_REFUSED' | 'RATE_LIMITED' | 'INTERNAL' | 'NOT_READY' | 'PROFILE_NOT_FOUND' | 'PRODUCT_NOT_FOUND' | 'PLACEMENT_NOT_FOUND' | 'CATEGORY_NOT_FOUND' | 'RULE_NOT_FOUND' | 'RULE_INVALID' | 'DECISION_NOT_FOUND' | 'MODEL_NOT_FOUND' | 'NO_MODEL' | 'JOB_NOT_FOUND' | 'IMPORT_NOT_FOUND' | 'EXPERIMENT_NOT_FOUND' | 'KEY_NOT_FOUND' | 'JOB_RUNNING' | 'JOB_CANCELLED' | 'WORKER_DIED' | 'TOO_LITTLE_DATA' | 'NOTHING_TO_TEST' | 'TOO_LITTLE_MEMORY' | 'MODEL_BROKEN' | 'MODEL_NOT_BETTER' | 'NOTHING_TO_ROLL_BACK' | 'IMPORTER_UNKNOWN' | 'FILE_NOT_FOUND' | 'FILE_EMPTY' | 'FILE_MISSING_COLUMN' | 'FILE_DUPLICATE_COLUMN' | 'FILE_ENCODING' | 'FILE_TRUNCATED' | 'FILE_BROKEN' | 'BASIS_REQUIRED' | 'OPTION_UNKNOWN' | 'CURRENCY_UNKNOWN' | 'ROW_FIELD_MISSING' | 'ROW_NUMBER_INVALID' | 'ROW_NUMBER_NEGATIVE' | 'ROW_NUMBER_TOO_LARGE' | 'ROW_TIME_INVALID' | 'ROW_FIELD_TOO_LONG' | 'ROW_TEXT_INVALID' | 'ROW_CONTROL_CHARACTER' | 'ROW_COLUMNS' | 'ROW_JSON_INVALID' | 'ROW_NOT_A_PRODUCT' | 'ROW_REFUND_UNMATCHED' | 'ROW_VALUE_INVALID' | 'EVENT_INVALID' | 'BATCH_REFUSED' | 'BATCH_TOO_LONG' | 'EVENT_TOO_LARGE' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'EXPERIMENT_INVALID' | 'EXPERIMENT_STATE' | 'EXPERIMENT_OVERLAP' | 'WEBHOOK_NOT_FOUND' | 'WEBHOOK_URL_REFUSED' | 'WEBHOOK_LIMIT' | 'WEBHOOK_ROTATING' | 'STORE_NOT_FOUND' | 'STORE_EXISTS' | 'STORE_LOCKED' | 'STORE_NEWER' | 'STORE_DAMAGED' | 'DISK_FULL' | 'BACKUP_FOLDER_TAKEN' | 'BACKUP_INVALID' | 'KEYS_MISSING' | 'CONFIGURATION_INVALID' | 'CONNECTION_REFUSED' | 'ANSWER_INVALID' | 'ADDRESS_IN_USE' | 'RUNTIME_TOO_OLD' | 'USAGE'
    readonly what: string
    readonly why: string
    readonly todo: string
  }
}

export interface RuleTrialRequest {
  readonly rule: Rule
  /** Past decisions to decide again; left out: 200. */
  readonly sample?: number
  /** From the last so many days; left out: 7. */
  readonly days?: number
  readonly language?: Language
}

export interface WebhookTest {
  readonly delivered: boolean
  readonly status?: number
  readonly problem?: string
}

/** Every code that an error may carry; see docs/errors.md. */
export type ErrorCode =
  | 'BAD_REQUEST'
  | 'MALFORMED_JSON'
  | 'BODY_TOO_LARGE'
  | 'ROUTE_NOT_FOUND'
  | 'UNAUTHORIZED'
  | 'WRITE_KEY_INVALID'
  | 'FORBIDDEN'
  | 'TOO_BUSY'
  | 'ORIGIN_REFUSED'
  | 'RATE_LIMITED'
  | 'INTERNAL'
  | 'NOT_READY'
  | 'PROFILE_NOT_FOUND'
  | 'PRODUCT_NOT_FOUND'
  | 'PLACEMENT_NOT_FOUND'
  | 'CATEGORY_NOT_FOUND'
  | 'RULE_NOT_FOUND'
  | 'RULE_INVALID'
  | 'DECISION_NOT_FOUND'
  | 'MODEL_NOT_FOUND'
  | 'NO_MODEL'
  | 'JOB_NOT_FOUND'
  | 'IMPORT_NOT_FOUND'
  | 'EXPERIMENT_NOT_FOUND'
  | 'KEY_NOT_FOUND'
  | 'JOB_RUNNING'
  | 'JOB_CANCELLED'
  | 'WORKER_DIED'
  | 'TOO_LITTLE_DATA'
  | 'NOTHING_TO_TEST'
  | 'TOO_LITTLE_MEMORY'
  | 'MODEL_BROKEN'
  | 'MODEL_NOT_BETTER'
  | 'NOTHING_TO_ROLL_BACK'
  | 'IMPORTER_UNKNOWN'
  | 'FILE_NOT_FOUND'
  | 'FILE_EMPTY'
  | 'FILE_MISSING_COLUMN'
  | 'FILE_DUPLICATE_COLUMN'
  | 'FILE_ENCODING'
  | 'FILE_TRUNCATED'
  | 'FILE_BROKEN'
  | 'BASIS_REQUIRED'
  | 'OPTION_UNKNOWN'
  | 'CURRENCY_UNKNOWN'
  | 'ROW_FIELD_MISSING'
  | 'ROW_NUMBER_INVALID'
  | 'ROW_NUMBER_NEGATIVE'
  | 'ROW_NUMBER_TOO_LARGE'
  | 'ROW_TIME_INVALID'
  | 'ROW_FIELD_TOO_LONG'
  | 'ROW_TEXT_INVALID'
  | 'ROW_CONTROL_CHARACTER'
  | 'ROW_COLUMNS'
  | 'ROW_JSON_INVALID'
  | 'ROW_NOT_A_PRODUCT'
  | 'ROW_REFUND_UNMATCHED'
  | 'ROW_VALUE_INVALID'
  | 'EVENT_INVALID'
  | 'BATCH_REFUSED'
  | 'BATCH_TOO_LONG'
  | 'EVENT_TOO_LARGE'
  | 'TOKEN_INVALID'
  | 'TOKEN_EXPIRED'
  | 'EXPERIMENT_INVALID'
  | 'EXPERIMENT_STATE'
  | 'EXPERIMENT_OVERLAP'
  | 'WEBHOOK_NOT_FOUND'
  | 'WEBHOOK_URL_REFUSED'
  | 'WEBHOOK_LIMIT'
  | 'WEBHOOK_ROTATING'
  | 'STORE_NOT_FOUND'
  | 'STORE_EXISTS'
  | 'STORE_LOCKED'
  | 'STORE_NEWER'
  | 'STORE_DAMAGED'
  | 'DISK_FULL'
  | 'BACKUP_FOLDER_TAKEN'
  | 'BACKUP_INVALID'
  | 'KEYS_MISSING'
  | 'CONFIGURATION_INVALID'
  | 'CONNECTION_REFUSED'
  | 'ANSWER_INVALID'
  | 'ADDRESS_IN_USE'
  | 'RUNTIME_TOO_OLD'
  | 'USAGE'

/** One method a route. Parts of the path and of the query stand in the first argument, the body in the next. */
export interface Client {
  /**
   * Looks for programs by what they did in the last day, and marks them. Runs every hour by itself.
   * @throws StoremindError JOB_RUNNING
   */
  findBots(options?: CallOptions): Promise<Job>
  /**
   * Marks a shopper as a program, or takes the mark away. Marked events are kept, and never train or count.
   * @throws StoremindError PROFILE_NOT_FOUND
   */
  markBot(body: {
    readonly profile: string
    readonly bot: boolean
  }, options?: CallOptions): Promise<{
    /** Events that were marked or unmarked. */
    readonly events: number
  }>
  /**
   * Takes up to 1,000 products out of the catalogue. Past decisions can still be explained.
   * @throws StoremindError DISK_FULL
   */
  deleteProducts(body: {
    readonly productIds: readonly string[]
  }, options?: CallOptions): Promise<{
    /** Those that were there. */
    readonly deleted: number
  }>
  /**
   * Adds and changes up to 1,000 products. Each one replaces what is known of it; decisions follow at once.
   * @throws StoremindError CURRENCY_UNKNOWN, DISK_FULL
   */
  putProducts(body: {
    readonly products: readonly Product[]
  }, options?: CallOptions): Promise<{
    /** Added or changed. */
    readonly changed: number
    /** Equal to what was known. */
    readonly unchanged: number
  }>
  /**
   * Trains on the history before the test days and measures every source and the blend on them.
   * @throws StoremindError JOB_RUNNING
   */
  evaluate(body: EvaluateRequest, options?: CallOptions): Promise<Job>
  /**
   * Says why a decision came out as it did, from what was stored when it was made.
   * @throws StoremindError DECISION_NOT_FOUND
   */
  explainDecision(address: {
    /** A UUIDv7. */
    readonly id: string
    readonly language?: Language
  }, options?: CallOptions): Promise<Explanation>
  /**
   * Recommends products. One request or a hundred: each is one decision with its own id and reasons.
   * @throws StoremindError PRODUCT_NOT_FOUND, CATEGORY_NOT_FOUND, PLACEMENT_NOT_FOUND, NO_MODEL
   */
  recommend(body: {
    readonly requests: readonly DecisionRequest[]
  }, options?: CallOptions): Promise<{
    readonly decisions: readonly Decision[]
  }>
  /**
   * Decides again from the inputs that were captured and compares bit by bit; says why where it cannot.
   * @throws StoremindError DECISION_NOT_FOUND
   */
  replayDecision(address: {
    /** A UUIDv7. */
    readonly id: string
    readonly language?: Language
  }, options?: CallOptions): Promise<Replay>
  /**
   * Trains a new model version from the store’s history.
   * @throws StoremindError JOB_RUNNING
   */
  train(body: TrainRequest, options?: CallOptions): Promise<Job>
  /**
   * Writes a consistent copy of the running store to a folder on its machine.
   * @throws StoremindError BACKUP_FOLDER_TAKEN, JOB_RUNNING, DISK_FULL
   */
  backUp(body: {
    readonly to: string
    readonly keysTo?: string
  }, options?: CallOptions): Promise<Job>
  /**
   * Asks a job to stop at the next safe point.
   * @throws StoremindError JOB_NOT_FOUND
   */
  cancelJob(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Job>
  /**
   * Judges the data before training, in words.
   */
  checkData(options?: CallOptions): Promise<DataCheck>
  /**
   * Makes a key. The secret is shown once; only its hash is kept.
   */
  createKey(body: {
    readonly name: string
    readonly scopes: readonly ('read' | 'write' | 'admin')[]
    /** Pages whose requests the key is for, like `https://shop.example`; left out: any caller. */
    readonly origins?: readonly string[]
  }, options?: CallOptions): Promise<{
    readonly key: ApiKey
    readonly secret: string
  }>
  /**
   * Erases one shopper everywhere and destroys the key that sealed the data.
   * @throws StoremindError PROFILE_NOT_FOUND
   */
  eraseProfile(body: {
    readonly profile: string
  }, options?: CallOptions): Promise<{
    readonly erased: Readonly<Record<string, number>>
  }>
  /**
   * Everything the store holds of one shopper.
   * @throws StoremindError PROFILE_NOT_FOUND
   */
  exportProfile(body: {
    readonly profile: string
  }, options?: CallOptions): Promise<Readonly<Record<string, unknown>>>
  /**
   * One job with its progress.
   * @throws StoremindError JOB_NOT_FOUND
   */
  getJob(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Job>
  /**
   * One model version with its card.
   * @throws StoremindError MODEL_NOT_FOUND
   */
  getModel(address: {
    readonly version: number
  }, options?: CallOptions): Promise<ModelVersion>
  /**
   * One product.
   * @throws StoremindError PRODUCT_NOT_FOUND
   */
  getProduct(address: {
    readonly productId: string
  }, options?: CallOptions): Promise<Product>
  /**
   * Says that the process is alive.
   */
  health(options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Every row that an import refused, with the reason.
   * @throws StoremindError IMPORT_NOT_FOUND
   */
  listImportProblems(address: {
    /** A UUIDv7. */
    readonly id: string
    readonly limit?: number
    /** The `next` of the page before. */
    readonly after?: string
  }, options?: CallOptions): Promise<{
    readonly problems: readonly RowProblem[]
    readonly next: string | null
  }>
  /**
   * The formats that can be imported.
   */
  listImporters(options?: CallOptions): Promise<{
    readonly importers: readonly ImporterInfo[]
  }>
  /**
   * Imports so far, newest first.
   */
  listImports(options?: CallOptions): Promise<{
    readonly imports: readonly ImportReport[]
  }>
  /**
   * Keys without their secrets.
   */
  listKeys(options?: CallOptions): Promise<{
    readonly keys: readonly ApiKey[]
  }>
  /**
   * Model versions, newest first.
   */
  listModels(options?: CallOptions): Promise<{
    readonly models: readonly ModelVersion[]
  }>
  /**
   * The store’s placements.
   */
  listPlacements(options?: CallOptions): Promise<{
    readonly placements: readonly Placement[]
  }>
  /**
   * Lists products in the order of their arrival.
   */
  listProducts(address?: {
    readonly limit?: number
    /** The `next` of the page before. */
    readonly after?: string
  }, options?: CallOptions): Promise<{
    readonly products: readonly Product[]
    readonly next: string | null
  }>
  /**
   * Puts a version in service when it is not worse than the one that serves.
   * @throws StoremindError MODEL_NOT_FOUND, MODEL_NOT_BETTER, MODEL_BROKEN
   */
  promoteModel(address: {
    readonly version: number
  }, body: {
    readonly force?: boolean
  }, options?: CallOptions): Promise<ModelVersion>
  /**
   * Adds or changes a placement.
   */
  putPlacement(body: Placement, options?: CallOptions): Promise<Placement>
  /**
   * Says that the store is open and requests are answered.
   * @throws StoremindError NOT_READY
   */
  ready(options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Removes a key; it stops working at once.
   * @throws StoremindError KEY_NOT_FOUND
   */
  removeKey(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Puts the version that served before back in service.
   * @throws StoremindError NOTHING_TO_ROLL_BACK, MODEL_BROKEN
   */
  rollBackModel(body: {
    readonly capability?: string
  }, options?: CallOptions): Promise<ModelVersion>
  /**
   * Starts an import of files on the machine that holds the store.
   * @throws StoremindError IMPORTER_UNKNOWN, FILE_NOT_FOUND, BASIS_REQUIRED, OPTION_UNKNOWN, CURRENCY_UNKNOWN, JOB_RUNNING
   */
  startImport(body: ImportRequest, options?: CallOptions): Promise<Job>
  /**
   * What the store uses on disk and when the disk will be full.
   */
  storageReport(options?: CallOptions): Promise<StorageReport>
  /**
   * Counts of what the store holds and which model serves.
   */
  storeSummary(options?: CallOptions): Promise<StoreSummary>
  /**
   * Takes that two ids are one shopper.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  alias(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Takes up to 2,500 messages of any type. What is wrong is refused by itself; the rest is kept.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, BATCH_TOO_LONG, BATCH_REFUSED
   */
  batch(body: {
    readonly batch: readonly SegmentMessage[]
    readonly sentAt?: string
    readonly context?: Readonly<Record<string, unknown>>
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * What Segment’s browser client loads before it sends: where to, and nothing else switched on.
   * @throws StoremindError WRITE_KEY_INVALID
   */
  browserSettings(address: {
    readonly writeKey: string
  }, options?: CallOptions): Promise<Readonly<Record<string, unknown>>>
  /**
   * Takes that a shopper belongs to a group. Kept, and not used yet.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  group(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Takes who a shopper is: a customer’s id, traits, consent.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  identify(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Takes that a shopper saw a page.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  page(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Takes that a shopper saw a screen of an app.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  screen(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Takes what a shopper did.
   * @throws StoremindError WRITE_KEY_INVALID, TOO_BUSY, DISK_FULL, EVENT_INVALID, EVENT_TOO_LARGE
   */
  track(body: {
    readonly messageId?: string
    readonly anonymousId?: string | null
    readonly userId?: string | null
    readonly previousId?: string
    readonly event?: string
    readonly properties?: Readonly<Record<string, unknown>>
    readonly traits?: Readonly<Record<string, unknown>>
    readonly context?: Readonly<Record<string, unknown>>
    readonly timestamp?: string
    readonly originalTimestamp?: string
    readonly sentAt?: string
    /** The write key, where no Authorization header carries it. */
    readonly writeKey?: string
  }, options?: CallOptions): Promise<Received>
  /**
   * Changes a draft.
   * @throws StoremindError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE, EXPERIMENT_INVALID, PLACEMENT_NOT_FOUND
   */
  changeExperiment(address: {
    /** A UUIDv7. */
    readonly id: string
  }, body: ExperimentDraft, options?: CallOptions): Promise<Experiment>
  /**
   * Makes a draft of an experiment; it begins when it is started.
   * @throws StoremindError EXPERIMENT_INVALID, PLACEMENT_NOT_FOUND
   */
  createExperiment(body: ExperimentDraft, options?: CallOptions): Promise<Experiment>
  /**
   * What an experiment shows: first whether its split is sound, then what each arm brought, with intervals.
   * @throws StoremindError EXPERIMENT_NOT_FOUND, WORKER_DIED
   */
  experimentReport(address: {
    /** A UUIDv7. */
    readonly id: string
    readonly language?: Language
  }, options?: CallOptions): Promise<ExperimentReport>
  /**
   * One experiment.
   * @throws StoremindError EXPERIMENT_NOT_FOUND
   */
  getExperiment(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Experiment>
  /**
   * All experiments.
   */
  listExperiments(options?: CallOptions): Promise<{
    readonly experiments: readonly Experiment[]
  }>
  /**
   * What decisions came to, by placement: impressions, clicks, attributed orders and revenue.
   */
  outcomeReport(address?: {
    /** UTC milliseconds; left out: 30 days before `to`. */
    readonly from?: number
    /** UTC milliseconds, exclusive; left out: now. */
    readonly to?: number
  }, options?: CallOptions): Promise<OutcomeReport>
  /**
   * Counts impressions, clicks and attributed orders again from the log. The job ends with an `OutcomeRebuild`; of a dry run it says what would change, and nothing is written.
   * @throws StoremindError JOB_RUNNING
   */
  rebuildOutcomes(body: {
    readonly dryRun?: boolean
  }, options?: CallOptions): Promise<Job>
  /**
   * Removes a draft.
   * @throws StoremindError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE
   */
  removeExperiment(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Reports what a page showed and what was clicked, by decision tokens. The tokens are the credential.
   * @throws StoremindError DISK_FULL
   */
  reportTouches(body: TouchReport, options?: CallOptions): Promise<TouchAnswer>
  /**
   * Starts a draft: from now on visitors are put into its arms.
   * @throws StoremindError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE, EXPERIMENT_OVERLAP, EXPERIMENT_INVALID, PLACEMENT_NOT_FOUND
   */
  startExperiment(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Experiment>
  /**
   * Stops a running experiment for good; its figures stay.
   * @throws StoremindError EXPERIMENT_NOT_FOUND, EXPERIMENT_STATE
   */
  stopExperiment(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Experiment>
  /**
   * The merchandiser’s rules, with what state each is in and how many products it may speak of.
   */
  listRules(options?: CallOptions): Promise<{
    readonly rules: readonly RuleEntry[]
  }>
  /**
   * Adds a rule, or puts it in place of the one of that name; the next decision follows it.
   * @throws StoremindError RULE_INVALID, RULE_NOT_FOUND
   */
  putRule(body: Rule, options?: CallOptions): Promise<RuleEntry>
  /**
   * Removes a rule; decisions that it shaped stay explainable.
   * @throws StoremindError RULE_NOT_FOUND
   */
  removeRule(address: {
    readonly name: string
  }, options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Decides past traffic again with and without a rule and says what would have changed. Changes nothing.
   * @throws StoremindError RULE_INVALID, NO_MODEL
   */
  tryRule(body: RuleTrialRequest, options?: CallOptions): Promise<RuleTrial>
  /**
   * What would have differed, had a placement in shadow mode shown our lists instead of the store’s.
   * @throws StoremindError PLACEMENT_NOT_FOUND, WORKER_DIED
   */
  shadowReport(address: {
    readonly name: string
    /** Left out: 30. */
    readonly days?: number
    /** Days in which a purchase follows a list; left out: 7. */
    readonly windowDays?: number
    readonly language?: Language
  }, options?: CallOptions): Promise<ShadowReport>
  /**
   * Makes a webhook. Its secret is shown once; verify with it that a message comes from this store.
   * @throws StoremindError WEBHOOK_URL_REFUSED, WEBHOOK_LIMIT
   */
  createWebhook(body: {
    readonly url: string
    readonly description?: string
    /** Left out: everything. */
    readonly types?: readonly ('job.ended' | 'import.completed' | 'model.promoted' | 'profile.erased' | 'experiment.ended' | 'webhook.disabled')[]
  }, options?: CallOptions): Promise<{
    readonly webhook: Webhook
    readonly secret: string
  }>
  /**
   * Switches a webhook on again; what was on its way to it goes on.
   * @throws StoremindError WEBHOOK_NOT_FOUND
   */
  enableWebhook(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<Webhook>
  /**
   * What was sent to a webhook, newest first.
   * @throws StoremindError WEBHOOK_NOT_FOUND
   */
  listDeliveries(address: {
    /** A UUIDv7. */
    readonly id: string
    readonly limit?: number
  }, options?: CallOptions): Promise<{
    readonly deliveries: readonly WebhookDelivery[]
  }>
  /**
   * Webhooks without their secrets.
   */
  listWebhooks(options?: CallOptions): Promise<{
    readonly webhooks: readonly Webhook[]
  }>
  /**
   * Removes a webhook and what was on its way to it.
   * @throws StoremindError WEBHOOK_NOT_FOUND
   */
  removeWebhook(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<{
    readonly ok: true
  }>
  /**
   * Gives a webhook a new secret, shown once. Until the overlap ends, messages are signed with both.
   * @throws StoremindError WEBHOOK_NOT_FOUND, WEBHOOK_ROTATING
   */
  rotateWebhook(address: {
    /** A UUIDv7. */
    readonly id: string
  }, body: {
    /** For so long the secret before it signs too; 0 forgets it at once. */
    readonly overlapHours?: number
  }, options?: CallOptions): Promise<{
    readonly webhook: Webhook
    readonly secret: string
  }>
  /**
   * Sends one signed message of the type `webhook.test`, once, and says what came of it.
   * @throws StoremindError WEBHOOK_NOT_FOUND
   */
  testWebhook(address: {
    /** A UUIDv7. */
    readonly id: string
  }, options?: CallOptions): Promise<WebhookTest>
}

/** What the methods send. */
export const ROUTES = {
  findBots: { method: 'POST', path: '/v1/bots', params: [], query: [], body: false },
  markBot: { method: 'POST', path: '/v1/profiles/bot', params: [], query: [], body: true },
  deleteProducts: { method: 'POST', path: '/v1/products/delete', params: [], query: [], body: true },
  putProducts: { method: 'PUT', path: '/v1/products', params: [], query: [], body: true },
  evaluate: { method: 'POST', path: '/v1/evaluations', params: [], query: [], body: true },
  explainDecision: { method: 'GET', path: '/v1/decisions/:id/explanation', params: ['id'], query: ['language'], body: false },
  recommend: { method: 'POST', path: '/v1/recommendations', params: [], query: [], body: true },
  replayDecision: { method: 'GET', path: '/v1/decisions/:id/replay', params: ['id'], query: ['language'], body: false },
  train: { method: 'POST', path: '/v1/training', params: [], query: [], body: true },
  backUp: { method: 'POST', path: '/v1/backups', params: [], query: [], body: true },
  cancelJob: { method: 'POST', path: '/v1/jobs/:id/cancel', params: ['id'], query: [], body: false },
  checkData: { method: 'GET', path: '/v1/check', params: [], query: [], body: false },
  createKey: { method: 'POST', path: '/v1/keys', params: [], query: [], body: true },
  eraseProfile: { method: 'POST', path: '/v1/profiles/erase', params: [], query: [], body: true },
  exportProfile: { method: 'POST', path: '/v1/profiles/export', params: [], query: [], body: true },
  getJob: { method: 'GET', path: '/v1/jobs/:id', params: ['id'], query: [], body: false },
  getModel: { method: 'GET', path: '/v1/models/:version', params: ['version'], query: [], body: false },
  getProduct: { method: 'GET', path: '/v1/products/:productId', params: ['productId'], query: [], body: false },
  health: { method: 'GET', path: '/healthz', params: [], query: [], body: false },
  listImportProblems: { method: 'GET', path: '/v1/imports/:id/problems', params: ['id'], query: ['limit', 'after'], body: false },
  listImporters: { method: 'GET', path: '/v1/importers', params: [], query: [], body: false },
  listImports: { method: 'GET', path: '/v1/imports', params: [], query: [], body: false },
  listKeys: { method: 'GET', path: '/v1/keys', params: [], query: [], body: false },
  listModels: { method: 'GET', path: '/v1/models', params: [], query: [], body: false },
  listPlacements: { method: 'GET', path: '/v1/placements', params: [], query: [], body: false },
  listProducts: { method: 'GET', path: '/v1/products', params: [], query: ['limit', 'after'], body: false },
  promoteModel: { method: 'POST', path: '/v1/models/:version/promote', params: ['version'], query: [], body: true },
  putPlacement: { method: 'PUT', path: '/v1/placements', params: [], query: [], body: true },
  ready: { method: 'GET', path: '/readyz', params: [], query: [], body: false },
  removeKey: { method: 'DELETE', path: '/v1/keys/:id', params: ['id'], query: [], body: false },
  rollBackModel: { method: 'POST', path: '/v1/models/rollback', params: [], query: [], body: true },
  startImport: { method: 'POST', path: '/v1/imports', params: [], query: [], body: true },
  storageReport: { method: 'GET', path: '/v1/storage', params: [], query: [], body: false },
  storeSummary: { method: 'GET', path: '/v1/store', params: [], query: [], body: false },
  alias: { method: 'POST', path: '/v1/alias', params: [], query: [], body: true },
  batch: { method: 'POST', path: '/v1/batch', params: [], query: [], body: true },
  browserSettings: { method: 'GET', path: '/v1/projects/:writeKey/settings', params: ['writeKey'], query: [], body: false },
  group: { method: 'POST', path: '/v1/group', params: [], query: [], body: true },
  identify: { method: 'POST', path: '/v1/identify', params: [], query: [], body: true },
  page: { method: 'POST', path: '/v1/page', params: [], query: [], body: true },
  screen: { method: 'POST', path: '/v1/screen', params: [], query: [], body: true },
  track: { method: 'POST', path: '/v1/track', params: [], query: [], body: true },
  changeExperiment: { method: 'PUT', path: '/v1/experiments/:id', params: ['id'], query: [], body: true },
  createExperiment: { method: 'POST', path: '/v1/experiments', params: [], query: [], body: true },
  experimentReport: { method: 'GET', path: '/v1/experiments/:id/report', params: ['id'], query: ['language'], body: false },
  getExperiment: { method: 'GET', path: '/v1/experiments/:id', params: ['id'], query: [], body: false },
  listExperiments: { method: 'GET', path: '/v1/experiments', params: [], query: [], body: false },
  outcomeReport: { method: 'GET', path: '/v1/reports/placements', params: [], query: ['from', 'to'], body: false },
  rebuildOutcomes: { method: 'POST', path: '/v1/outcomes/rebuild', params: [], query: [], body: true },
  removeExperiment: { method: 'DELETE', path: '/v1/experiments/:id', params: ['id'], query: [], body: false },
  reportTouches: { method: 'POST', path: '/v1/outcomes', params: [], query: [], body: true },
  startExperiment: { method: 'POST', path: '/v1/experiments/:id/start', params: ['id'], query: [], body: false },
  stopExperiment: { method: 'POST', path: '/v1/experiments/:id/stop', params: ['id'], query: [], body: false },
  listRules: { method: 'GET', path: '/v1/rules', params: [], query: [], body: false },
  putRule: { method: 'PUT', path: '/v1/rules', params: [], query: [], body: true },
  removeRule: { method: 'DELETE', path: '/v1/rules/:name', params: ['name'], query: [], body: false },
  tryRule: { method: 'POST', path: '/v1/rules/trial', params: [], query: [], body: true },
  shadowReport: { method: 'GET', path: '/v1/placements/:name/shadow-report', params: ['name'], query: ['days', 'windowDays', 'language'], body: false },
  createWebhook: { method: 'POST', path: '/v1/webhooks', params: [], query: [], body: true },
  enableWebhook: { method: 'POST', path: '/v1/webhooks/:id/enable', params: ['id'], query: [], body: false },
  listDeliveries: { method: 'GET', path: '/v1/webhooks/:id/deliveries', params: ['id'], query: ['limit'], body: false },
  listWebhooks: { method: 'GET', path: '/v1/webhooks', params: [], query: [], body: false },
  removeWebhook: { method: 'DELETE', path: '/v1/webhooks/:id', params: ['id'], query: [], body: false },
  rotateWebhook: { method: 'POST', path: '/v1/webhooks/:id/rotate', params: ['id'], query: [], body: true },
  testWebhook: { method: 'POST', path: '/v1/webhooks/:id/test', params: ['id'], query: [], body: false },
} as const

/** The words of the errors that arise on this side of the wire. */
export const CLIENT_ERRORS = {
  CONNECTION_REFUSED: {"status":503,"what":"Nothing answers at {url}.","why":"The server is not running there, or a firewall is in between.","todo":"Start it with `storemind serve`, or correct the address."},
  ANSWER_INVALID: {"status":502,"what":"What answers at {url} is not Storemind: {problem}.","why":"Another program listens there, or a proxy in between answered by itself.","todo":"Correct the address, or look at the proxy."},
} as const
