import { bytes } from '../dialects/sqlite/row.ts'
import { open, seal } from '../seal.ts'
import type { ReadContext, WriteContext } from './writing.ts'

/** Trait → what was said last, and when it was said. */
export type DatedTraits = Record<string, readonly [value: unknown, at: number]>

export function readTraits({ connection, keyring }: ReadContext, profile: number): DatedTraits {
  const row = connection.statement('SELECT sealed FROM traits WHERE profile = ?').get(profile)
  const key = row && keyring.keyOf(profile)
  const plain = row && key && open(key, bytes(row, 'sealed'), `traits ${profile}`)
  return plain === undefined ? {} : JSON.parse(plain.toString())
}

/** Folds the traits of an event in: of each trait the latest word counts, in whatever order they arrive. */
export function foldTraits(
  context: WriteContext,
  profile: number,
  traits: Readonly<Record<string, unknown>>,
  at: number,
): void {
  const merged = mergeTraits(readTraits(context, profile), dated(traits, at))
  const key = context.keyring.ensure(profile, context.random)
  const sealed = seal(key, JSON.stringify(merged), `traits ${profile}`, context.random)
  context.connection
    .statement(
      'INSERT INTO traits (profile, sealed) VALUES (?, ?) ON CONFLICT (profile) DO UPDATE SET sealed = excluded.sealed',
    )
    .run(profile, sealed)
}

function dated(traits: Readonly<Record<string, unknown>>, at: number): DatedTraits {
  return Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, [value, at] as const]))
}

/** Of each trait the later word; of two at the same moment the second argument's. */
export function mergeTraits(a: DatedTraits, b: DatedTraits): DatedTraits {
  const merged = new Map(Object.entries(a))
  for (const [name, entry] of Object.entries(b)) {
    const before = merged.get(name)
    if (before === undefined || entry[1] >= before[1]) merged.set(name, entry)
  }
  // fromEntries defines own properties, also one that is called __proto__.
  return Object.fromEntries(merged)
}
