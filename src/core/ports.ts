/*
 * What the core needs from outside, as interfaces. Storage, connectors and the server implement them; the core and
 * the capabilities only speak to these. Rows are integer ids inside a store: they are never used again, also after
 * the thing they named was deleted.
 */

export type * from './ports/catalog.ts'
export type * from './ports/decisions.ts'
export type * from './ports/delivery.ts'
export type * from './ports/events.ts'
export type * from './ports/experiments.ts'
export type * from './ports/facts.ts'
export type * from './ports/meter.ts'
export type * from './ports/models.ts'
export type * from './ports/operation.ts'
export * from './ports/outcomes.ts'
export type * from './ports/profiles.ts'
export type * from './ports/rows.ts'
export type * from './ports/store.ts'
export type * from './ports/workers.ts'
