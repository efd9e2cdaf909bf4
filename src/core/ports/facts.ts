import type { LegalBasis, Purpose } from '../../contracts/consent.ts'
import type { EventKind } from '../../contracts/event.ts'

export interface DataFacts {
  readonly products: number
  readonly productsUndescribed: number
  readonly productsWithoutPrice: number
  readonly productsDeleted: number
  readonly profiles: number
  readonly profilesByBasis: Readonly<Record<LegalBasis, number>>
  readonly profilesDenied: Readonly<Record<Purpose, number>>
  readonly bots: number
  readonly botEvents: number
  readonly events: number
  readonly eventsByKind: Readonly<Partial<Record<EventKind, number>>>
  readonly eventsWithoutProfile: number
  readonly interactions: number
  readonly orders: number
  readonly refunds: number
  readonly refundsUnmatched: number
  readonly from: number | null
  readonly to: number | null
  /** Events whose time lies after their arrival by more than a day, or before 2000-01-01. */
  readonly eventsInFuture: number
  readonly eventsTooOld: number
  /** Same profile, product, kind and minute more than once under different keys. */
  readonly likelyDuplicates: number
  /** Profiles with at least two orders; products bought by at least five shoppers. */
  readonly returningProfiles: number
  readonly productsWithSupport: number
  /** Events of the most active profile, and the number of profiles above 10,000 events. */
  readonly largestProfile: number
  readonly profilesOver10k: number
}
