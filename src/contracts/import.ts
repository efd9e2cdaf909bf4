import Type from 'typebox'
import { LegalBasis } from './consent.ts'
import { Id, Millis } from './ids.ts'

/** Asks for an import. The path is on the machine that holds the store. */
export const ImportRequest = Type.Object(
  {
    importer: Type.String({ minLength: 1, maxLength: 64 }),
    path: Type.String({ minLength: 1, maxLength: 4096 }),
    basis: Type.Optional(LegalBasis),
    /** Column mapping: our field → the file's column. */
    map: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 500 }))),
    options: Type.Optional(Type.Record(Type.String(), Type.String({ maxLength: 500 }))),
    dryRun: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type ImportRequest = Type.Static<typeof ImportRequest>

export const ImportCounts = Type.Object(
  {
    rows: Type.Integer({
      description: 'Records read: a product, an order with its lines, an event, or a row refused.',
    }),
    products: Type.Integer({ description: 'Products added or changed.' }),
    productsUnchanged: Type.Integer(),
    events: Type.Integer({ description: 'Events added.' }),
    eventsKnown: Type.Integer({ description: 'Events that an earlier import had brought.' }),
    problems: Type.Integer(),
  },
  { additionalProperties: false },
)
export type ImportCounts = Type.Static<typeof ImportCounts>

export const RowProblem = Type.Object(
  {
    file: Type.String(),
    line: Type.Integer({ minimum: 0 }),
    code: Type.String(),
    message: Type.String(),
  },
  { additionalProperties: false },
)
export type RowProblem = Type.Static<typeof RowProblem>

export const ImportReport = Type.Object(
  {
    id: Id,
    importer: Type.String(),
    path: Type.String(),
    basis: LegalBasis,
    dryRun: Type.Boolean(),
    startedAt: Millis,
    endedAt: Type.Optional(Millis),
    complete: Type.Boolean({
      description: 'False where a file was not read to its end; what came before was imported.',
    }),
    counts: ImportCounts,
    /** How often each problem occurred. */
    problemsByCode: Type.Record(Type.String(), Type.Integer()),
    /** The first problems; the rest is in the import's problem list. */
    problems: Type.Array(RowProblem),
    seconds: Type.Number(),
  },
  { additionalProperties: false },
)
export type ImportReport = Type.Static<typeof ImportReport>

/** What `check` found in the data, in words a store's engineer acts on. */
export const Finding = Type.Object(
  {
    code: Type.String({ description: 'For example `orphan_products`, `duplicates`, `clock_skew`, `bots`.' }),
    level: Type.Enum(['good', 'note', 'warning', 'blocker']),
    title: Type.String(),
    detail: Type.String(),
    todo: Type.String(),
    count: Type.Number(),
    share: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
)
export type Finding = Type.Static<typeof Finding>

export const DataCheck = Type.Object(
  {
    /** The worst level among the findings decides: `ready`, `ready_with_warnings`, `not_ready`. */
    verdict: Type.Enum(['ready', 'ready_with_warnings', 'not_ready']),
    findings: Type.Array(Finding),
    summary: Type.Object(
      {
        products: Type.Integer(),
        profiles: Type.Integer(),
        events: Type.Integer(),
        orders: Type.Integer(),
        interactions: Type.Integer(),
        from: Type.Union([Millis, Type.Null()]),
        to: Type.Union([Millis, Type.Null()]),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
)
export type DataCheck = Type.Static<typeof DataCheck>
