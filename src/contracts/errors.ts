import { IMPORT_ERRORS } from './errors/imports.ts'
import { OUTCOME_ERRORS } from './errors/outcomes.ts'
import { WEBHOOK_ERRORS } from './errors/webhooks.ts'

/**
 * Every error that a user can meet, in one table: what happened, why, and what to do. `{name}` is filled from the
 * error's details. docs/errors.md is generated from this table and compared with it by a test.
 */
export interface ErrorRow {
  /** HTTP status when the error answers a request. */
  readonly status: number
  readonly what: string
  readonly why: string
  readonly todo: string
}

export const ERRORS = {
  // Requests
  BAD_REQUEST: {
    status: 400,
    what: 'The request is not valid: {problem}.',
    why: 'Each route accepts only what its contract states.',
    todo: 'Compare the request with the documentation at /docs.',
  },
  MALFORMED_JSON: {
    status: 400,
    what: 'The request body is not JSON: {problem}.',
    why: 'Bodies are read as JSON in UTF-8.',
    todo: 'Send valid JSON with the header content-type: application/json.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    what: 'The request body is larger than {limit} bytes.',
    why: 'Requests are bounded so that one caller cannot exhaust memory.',
    todo: 'Split the request into smaller ones.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    what: 'There is no route {method} {path}.',
    why: 'The address or the method is not one that Storemind serves.',
    todo: 'See the list of routes at /docs.',
  },
  UNAUTHORIZED: {
    status: 401,
    what: 'The request carries no valid key.',
    why: 'This route needs a key of this store with the scope {scope}.',
    todo: 'Create one with `storemind keys create --scope {scope}` and send it as `Authorization: Bearer KEY`.',
  },
  WRITE_KEY_INVALID: {
    status: 401,
    what: 'The request carries no valid write key{problem}.',
    why: 'Events are taken only from senders that hold a key with the scope write.',
    todo: 'Create one with `storemind keys create --scope write`; send it as the user name of basic auth, or as writeKey in the body.',
  },
  FORBIDDEN: {
    status: 403,
    what: 'The key may not do this: it lacks the scope {scope}.',
    why: 'Keys carry only the scopes they were created with.',
    todo: 'Use a key with the scope {scope}: `storemind keys create --scope {scope}`.',
  },
  TOO_BUSY: {
    status: 429,
    what: 'Storemind has more events in hand than it may hold in memory.',
    why: 'Events come faster than the disk takes them; what is not on disk yet is bounded.',
    todo: 'Send the same request again after the seconds that Retry-After names. Nothing of it was stored.',
  },
  ORIGIN_REFUSED: {
    status: 403,
    what: 'The key is not for pages of this origin.',
    why: 'It was limited to the origins it was created with, so that no other site can use it.',
    todo: 'Call from one of its origins, or create another key: `storemind keys create --origin https://shop.example`.',
  },
  RATE_LIMITED: {
    status: 429,
    what: 'Too many requests: {who} may send {rate} a second.',
    why: 'Requests are bounded so that one caller cannot slow down the others.',
    todo: 'Wait for the seconds in the header retry-after, and send more in one request. {setting} sets the bound.',
  },
  INTERNAL: {
    status: 500,
    what: 'Storemind could not finish the request (reference {reference}).',
    why: 'Something failed that Storemind did not foresee.',
    todo: 'Look up the reference in the log and report it.',
  },
  NOT_READY: {
    status: 503,
    what: 'Storemind is still starting or is stopping.',
    why: 'A request came before the store was open, or after stopping began.',
    todo: 'Ask again in a moment; /readyz tells when.',
  },

  // Lookups
  PROFILE_NOT_FOUND: {
    status: 404,
    what: 'There is no profile {profile}.',
    why: 'No event or import has named this shopper, or the shopper was erased.',
    todo: 'Check the id.',
  },
  PRODUCT_NOT_FOUND: {
    status: 404,
    what: 'There is no product {product}.',
    why: 'The catalogue does not hold it, or it was deleted.',
    todo: 'Check the id, or import the catalogue again.',
  },
  PLACEMENT_NOT_FOUND: {
    status: 404,
    what: 'There is no placement {placement}.',
    why: 'Placements are data of this store and none has this name.',
    todo: 'Use one of: {known}.',
  },
  CATEGORY_NOT_FOUND: {
    status: 404,
    what: 'No product of the store is in the category {category}.',
    why: 'A category is named by its whole path as the products carry it, for example "Home > Kitchen".',
    todo: 'Compare the path with the categories of GET /v1/products.',
  },
  RULE_NOT_FOUND: {
    status: 404,
    what: 'There is no rule {rule}.',
    why: 'Rules are found by their name, and none has this one.',
    todo: 'See `storemind rules list` or GET /v1/rules.',
  },
  RULE_INVALID: {
    status: 400,
    what: 'The rule {rule} cannot be followed: {problem}.',
    why: 'A rule that cannot do what it says is refused, not kept in silence.',
    todo: 'Mend it and put it again; docs/rules.md shows each effect.',
  },
  DECISION_NOT_FOUND: {
    status: 404,
    what: 'There is no decision {decision}.',
    why: 'The id is wrong, or the decision is older than the retention rule keeps.',
    todo: 'Check the id; see `storemind config` for retention.',
  },
  MODEL_NOT_FOUND: {
    status: 404,
    what: 'There is no model version {version}.',
    why: 'No training run of this store made it, or it was removed.',
    todo: 'See `storemind models list`.',
  },
  NO_MODEL: {
    status: 409,
    what: 'This store has no {model} model in service.',
    why: 'Nothing was trained yet, or no version passed the gate.',
    todo: 'Run `storemind train`.',
  },
  JOB_NOT_FOUND: {
    status: 404,
    what: 'There is no job {job}.',
    why: 'The id is wrong, or the job is older than the retention rule keeps.',
    todo: 'Check the id.',
  },
  IMPORT_NOT_FOUND: {
    status: 404,
    what: 'There is no import {import}.',
    why: 'The id is wrong.',
    todo: 'The report of an import names its id.',
  },
  EXPERIMENT_NOT_FOUND: {
    status: 404,
    what: 'There is no experiment {experiment}.',
    why: 'The id is wrong, or the experiment was removed.',
    todo: 'See `storemind experiments list`.',
  },
  KEY_NOT_FOUND: {
    status: 404,
    what: 'There is no key {key}.',
    why: 'The id is wrong, or the key was already removed.',
    todo: 'See `storemind keys list`.',
  },

  // Jobs
  JOB_RUNNING: {
    status: 409,
    what: 'A {kind} job is already running (job {job}).',
    why: 'Two of them at once would do the same work twice.',
    todo: 'Wait for it, or cancel it.',
  },
  JOB_CANCELLED: {
    status: 409,
    what: 'The {kind} job was cancelled.',
    why: 'It was interrupted or cancelled before it ended. What it had committed stands.',
    todo: 'Run the same command again: an import goes on where it stopped, other work begins anew.',
  },
  WORKER_DIED: {
    status: 500,
    what: 'The worker of the {kind} job ended unexpectedly: {problem}.',
    why: 'It ran out of memory, was killed, or met a fault in Storemind. Nothing it made is in service.',
    todo: 'Run it again with more memory or a smaller window; if it repeats, report it.',
  },

  // Training and models
  TOO_LITTLE_DATA: {
    status: 422,
    what: 'There is too little data to {task}: {problem}.',
    why: 'A model learned from it would be noise.',
    todo: 'Import more history; `storemind check` says what is missing.',
  },
  NOTHING_TO_TEST: {
    status: 422,
    what: 'The last {testDays} days of the history cannot be the test: {problem}.',
    why: 'What is learned from the days before is judged by the sales of the test days. The history ends on {until}.',
    todo: 'Take {days} days: `storemind evaluate --test-days {days}`, or `testDays` in the request.',
  },
  TOO_LITTLE_MEMORY: {
    status: 507,
    what: 'There is too little memory to {task}: {problem}.',
    why: 'It is refused before it starts, rather than ended by the system in the midst.',
    todo: 'Give the process more memory, or set training.windowDays so that less history is read.',
  },
  MODEL_BROKEN: {
    status: 500,
    what: 'The model file {file} cannot be read: {problem}.',
    why: 'The file was changed, cut short, or made by another version.',
    todo: 'Roll back with `storemind models rollback`, or train again.',
  },
  MODEL_NOT_BETTER: {
    status: 409,
    what: 'Model version {version} was not promoted: {metric} {value} is below {serving} of the serving version.',
    why: 'A new version is put in service only when it is not worse than the one that serves.',
    todo: 'Look at its card with `storemind models show {version}`, or promote it with --force.',
  },
  NOTHING_TO_ROLL_BACK: {
    status: 409,
    what: 'There is no earlier version to roll back to.',
    why: 'The serving model is the first that was promoted, or none is in service.',
    todo: 'See `storemind models list`.',
  },

  ...IMPORT_ERRORS,

  // Events
  EVENT_INVALID: {
    status: 400,
    what: 'The event is not valid: {problem}.',
    why: 'An event names its type and a shopper, by userId or anonymousId, and what it says must be readable.',
    todo: 'Send it as the Segment specification describes.',
  },
  BATCH_REFUSED: {
    status: 400,
    what: 'None of the {count} messages could be taken.',
    why: 'Each one is wrong; `refused` says of each what is.',
    todo: 'Mend the messages. Sending them again as they are changes nothing.',
  },
  BATCH_TOO_LONG: {
    status: 400,
    what: 'The batch holds {count} messages.',
    why: 'One batch may hold {limit}.',
    todo: 'Send several smaller batches.',
  },
  EVENT_TOO_LARGE: {
    status: 400,
    what: 'The event is {size} bytes.',
    why: 'One event may hold {limit} bytes.',
    todo: 'Send less in properties, or send a reference.',
  },

  ...OUTCOME_ERRORS,
  ...WEBHOOK_ERRORS,

  // Store and machine
  STORE_NOT_FOUND: {
    status: 400,
    what: 'There is no store at {path}.',
    why: 'The folder does not exist or holds no store.',
    todo: 'Make one with `storemind init --store {path}`.',
  },
  STORE_EXISTS: {
    status: 409,
    what: 'There already is a store at {path}.',
    why: 'Making a new one would overwrite it.',
    todo: 'Choose another folder. To replace the store by a backup: `storemind restore --force`.',
  },
  STORE_LOCKED: {
    status: 409,
    what: 'The store {path} is in use by process {pid}.',
    why: 'One process writes to a store at a time.',
    todo: 'If it serves, other commands ask it once it has started. To serve or restore yourself, stop it first.',
  },
  STORE_NEWER: {
    status: 409,
    what: 'The store {path} was made by a newer Storemind (schema {found}, this one knows {known}).',
    why: 'An older program would damage it.',
    todo: 'Run the newer Storemind, or restore a backup that this one made.',
  },
  STORE_DAMAGED: {
    status: 500,
    what: 'The store {path} is damaged: {problem}.',
    why: 'A disk fault, or a file that was changed from outside.',
    todo: 'Restore the last backup with `storemind restore`.',
  },
  DISK_FULL: {
    status: 507,
    what: 'The disk that holds {path} is full.',
    why: 'Storemind refuses what it cannot keep. Nothing that was acknowledged is lost.',
    todo: 'Free space; `storemind check` shows what the store uses and forecasts.',
  },
  BACKUP_FOLDER_TAKEN: {
    status: 409,
    what: 'The folder {path} is not empty.',
    why: 'A backup overwrites nothing.',
    todo: 'Name a folder that does not exist yet, or an empty one.',
  },
  BACKUP_INVALID: {
    status: 400,
    what: 'The backup {path} cannot be restored: {problem}.',
    why: 'It is incomplete, changed, or not a backup.',
    todo: 'Choose another backup.',
  },
  KEYS_MISSING: {
    status: 500,
    what: 'The keys of the store {path} are missing or do not open it.',
    why: 'Personal data is sealed with keys that are kept and backed up apart.',
    todo: 'Put the key files back, or restore them with `storemind restore --keys`.',
  },
  CONFIGURATION_INVALID: {
    status: 400,
    what: 'The setting {setting} is not valid: {problem}.',
    why: 'Settings are checked before anything starts.',
    todo: 'Correct it in {source}; `storemind config` shows every setting with its meaning.',
  },
  CONNECTION_REFUSED: {
    status: 503,
    what: 'Nothing answers at {url}.',
    why: 'The server is not running there, or a firewall is in between.',
    todo: 'Start it with `storemind serve`, or correct the address.',
  },
  ANSWER_INVALID: {
    status: 502,
    what: 'What answers at {url} is not Storemind: {problem}.',
    why: 'Another program listens there, or a proxy in between answered by itself.',
    todo: 'Correct the address, or look at the proxy.',
  },
  ADDRESS_IN_USE: {
    status: 409,
    what: 'Another program already listens on {address}.',
    why: 'Only one program can listen on a port.',
    todo: 'Stop it, or choose another port with --port.',
  },
  RUNTIME_TOO_OLD: {
    status: 500,
    what: 'This Node is {found}; Storemind needs Node {needed}.',
    why: 'It uses parts of Node that older versions lack.',
    todo: 'Install Node {needed}, or add it to the folder with `npm install node@24`.',
  },
  USAGE: {
    status: 400,
    what: 'The command is not understood: {problem}.',
    why: 'Its words or options are off.',
    todo: 'See `storemind --help`.',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof ERRORS
export type ErrorDetails = Readonly<Record<string, string | number>>

/** How an error stands in an HTTP answer, in `--json` output and in an import's report. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly what: string
  readonly why: string
  readonly todo: string
}

/** An error with a row in the table. Anything else that is thrown is a fault and answers INTERNAL. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(`${code}: ${fill(ERRORS[code].what, details)}`, options)
    this.code = code
    this.details = details
  }

  get status(): number {
    return ERRORS[this.code].status
  }

  get body(): ErrorBody {
    return errorBody(this.code, this.details)
  }
}

/** The words of an error, filled in. For refusals that are values, not exceptions. */
export function errorBody(code: ErrorCode, details: ErrorDetails = {}): ErrorBody {
  const row = ERRORS[code]
  return { code, what: fill(row.what, details), why: fill(row.why, details), todo: fill(row.todo, details) }
}

function fill(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(details, name) ? details[name] : undefined
    return value === undefined ? whole : String(value)
  })
}
