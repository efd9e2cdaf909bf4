import type { Explanation, Language } from '../../contracts/decision.ts'
import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import { eraseProfile, exportProfile } from '../../contracts/routes/engine.ts'
import type { ProfileRow, Store, StoredProfile } from '../../core/ports.ts'

export interface PrivacyParts {
  readonly store: Store
  readonly explain: (id: string, language: Language) => Promise<Explanation>
  readonly language: Language
}

/** What a shopper may ask for: everything that is held of them, and that it be forgotten. */
export function privacyRoutes({ store, explain, language }: PrivacyParts): RouteHandler[] {
  const find = async (id: string): Promise<StoredProfile> => {
    const found = await store.profiles.find(id)
    if (found === undefined) throw new CodedError('PROFILE_NOT_FOUND', { profile: id })
    return found
  }
  return [
    handle(exportProfile, async ({ body }) => {
      const profile = await find(body.profile)
      const members = await store.profiles.members(profile.row)
      const events = await all(store.events.ofProfile(profile.row))
      const decisions: Explanation[] = []
      for await (const { id } of store.decisions.ofProfile(profile.row)) decisions.push(await explain(id, language))
      return {
        profile: { id: profile.id, createdAt: profile.createdAt, lastSeenAt: profile.lastSeenAt, basis: profile.basis },
        traits: await mergedTraits(store, members),
        consents: await store.profiles.consents(profile.row),
        links: await store.profiles.links(profile.row),
        events,
        decisions,
        touches: await all(store.outcomes.touches(profile.row)),
        attributions: await all(store.outcomes.attributions(profile.row)),
        assignments: await store.experiments.assignmentsOf(profile.row),
      }
    }),
    handle(eraseProfile, async ({ body }) => {
      const profile = await find(body.profile)
      return { erased: await store.profiles.erase(profile.row) }
    }),
  ]
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Of all ids of one shopper; the canonical profile's own word counts. */
async function mergedTraits(store: Store, members: readonly ProfileRow[]): Promise<Record<string, unknown>> {
  const all = await Promise.all(members.map((row) => store.profiles.traits(row)))
  return Object.fromEntries(all.reverse().flatMap((traits) => Object.entries(traits)))
}
