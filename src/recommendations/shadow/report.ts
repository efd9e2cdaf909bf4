import { EVENT_KINDS } from '../../contracts/event.ts'
import type { ShadowReport } from '../../contracts/shadow.ts'
import { openCatalog } from '../../core/catalog/catalog.ts'
import { DEFAULT_MARKET } from '../../core/catalog/facts.ts'
import type { CatalogSnapshot } from '../../core/catalog/snapshot.ts'
import { type DecodedRecord, decodeRecord } from '../../core/decisions/record.ts'
import type { ListedProduct } from '../../core/decisions/record-sections.ts'
import type { JobRun, ProductRow, ProfileRow, StoreReader } from '../../core/ports.ts'
import type { ShadowParams } from '../contracts.ts'
import { shadowSentences } from '../reasons/shadow-words.ts'
import { placementOf } from '../training/shop.ts'
import { kendallTau, Mean, overlap } from './lists.ts'

const DAY = 86_400_000
const DEPTHS = [5, 10] as const
/** Before the time of the report, for what sells. */
const POPULAR_DAYS = 365

interface Shown {
  readonly at: number
  readonly profile: ProfileRow | undefined
  readonly store: readonly ListedProduct[]
  readonly ours: readonly ProductRow[]
}

/**
 * Compares what the store showed on a placement with what we would have shown there.
 * @throws CodedError PLACEMENT_NOT_FOUND
 */
export async function reportShadow(reader: StoreReader, params: ShadowParams, run: JobRun): Promise<ShadowReport> {
  const { placement, from, to, windowDays, language } = params
  await placementOf(reader, placement)
  const read = () => reader.products()
  const { current: catalog } = await openCatalog({ all: read, changes: read, revision: async () => 0 })
  const decisions: Shown[] = []
  const [soldOut, unknown] = [new Mean(), new Mean()]
  for await (const chunk of reader.decisions({ from, to, placements: [placement] })) {
    for (const { at, profile, record } of chunk) {
      const decoded = decodeRecord(record)
      if (decoded.shown === undefined) continue
      countShown(decoded, soldOut, unknown)
      decisions.push({ at, profile, store: decoded.shown, ours: decoded.items.map(({ product }) => product) })
    }
  }
  const bought = await purchases(reader, decisions, from, to + windowDays * DAY)
  const report = {
    placement,
    from,
    to,
    decisions: decisions.length,
    overlap: DEPTHS.map((k) => ({ k, share: meanOf(decisions, ({ store, ours }) => overlap(store, ours, k)) })),
    rankCorrelation: correlationOf(decisions),
    ...compared(decisions, catalog, bought.byProduct),
    soldOut: soldOut.value,
    unknown: unknown.value,
    outcomes: outcomesOf(decisions, bought, windowDays, run.clock()),
  }
  return { ...report, summary: shadowSentences(report, language) }
}

/** Each list counts by its length. */
function countShown({ shown = [], shownSoldOut = 0 }: DecodedRecord, soldOut: Mean, unknown: Mean): void {
  shown.forEach((product, i) => {
    soldOut.add(i < shownSoldOut ? 1 : 0)
    unknown.add(typeof product === 'string' ? 1 : 0)
  })
}

function meanOf(decisions: readonly Shown[], of: (decision: Shown) => number | undefined): number | null {
  const mean = new Mean()
  for (const decision of decisions) mean.add(of(decision))
  return mean.value
}

function correlationOf(decisions: readonly Shown[]): ShadowReport['rankCorrelation'] {
  const mean = new Mean()
  for (const { store, ours } of decisions) mean.add(kendallTau(store, ours))
  return { tau: mean.value, decisions: mean.count }
}

type Sides = Pick<ShadowReport, 'coverage' | 'popularity' | 'priceMicros' | 'currency'>

function compared(
  decisions: readonly Shown[],
  catalog: CatalogSnapshot,
  bought: ReadonlyMap<ProductRow, number>,
): Sides {
  const rank = popularityRank(bought, catalog)
  const all = decisions.flatMap(({ store, ours }) => [...store, ...ours])
  const currency = mostCommon(all.flatMap((one) => offerOf(one, catalog)?.currency ?? []))
  const side = (lists: readonly (readonly ListedProduct[])[]) => {
    const [popularity, price] = [new Mean(), new Mean()]
    const seen = new Set<ListedProduct>()
    for (const product of lists.flat()) {
      seen.add(product)
      if (typeof product === 'number') popularity.add(rank(product))
      const offer = offerOf(product, catalog)
      if (offer?.currency === currency) price.add(offer?.priceMicros)
    }
    return {
      coverage: catalog.count === 0 ? null : seen.size / catalog.count,
      popularity: bought.size === 0 ? null : popularity.value,
      price: price.value,
    }
  }
  const store = side(decisions.map((decision) => decision.store))
  const ours = side(decisions.map((decision) => decision.ours))
  return {
    coverage: { store: store.coverage, ours: ours.coverage },
    popularity: { store: store.popularity, ours: ours.popularity },
    priceMicros: { store: store.price, ours: ours.price },
    ...(currency === undefined ? {} : { currency }),
  }
}

function offerOf(product: ListedProduct, catalog: CatalogSnapshot) {
  return typeof product === 'number' ? catalog.offer(product, DEFAULT_MARKET) : undefined
}

/** Share of the catalogue's products that were bought less often than this one, equal ones counted half. */
function popularityRank(
  bought: ReadonlyMap<ProductRow, number>,
  { count }: CatalogSnapshot,
): (row: ProductRow) => number {
  const sorted = [...bought.values()].sort((a, b) => a - b)
  const never = Math.max(0, count - sorted.length)
  const below = (times: number) => sorted.filter((other) => other < times).length
  const places = new Map<number, number>()
  return (row) => {
    const times = bought.get(row) ?? 0
    const known = places.get(times)
    if (known !== undefined) return known
    const less = times === 0 ? 0 : never + below(times)
    const equal = times === 0 ? never : sorted.filter((other) => other === times).length
    const place = count === 0 ? 0 : (less + equal / 2) / Math.max(1, count)
    places.set(times, place)
    return place
  }
}

function mostCommon(names: readonly string[]): string | undefined {
  const counts = Map.groupBy(names, (name) => name)
  return [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))[0]?.[0]
}

interface Purchases {
  readonly byProduct: ReadonlyMap<ProductRow, number>
  readonly byProfile: ReadonlyMap<ProfileRow, readonly { readonly at: number; readonly product: ProductRow }[]>
  /** Shoppers who do not allow analytics. */
  readonly withheld: ReadonlySet<ProfileRow>
}

async function purchases(
  reader: StoreReader,
  decisions: readonly Shown[],
  from: number,
  to: number,
): Promise<Purchases> {
  const withheld = await reader.withheld('analytics')
  const wanted = new Set(
    decisions.flatMap(({ profile }) => (profile === undefined || withheld.has(profile) ? [] : [profile])),
  )
  const byProduct = new Map<ProductRow, number>()
  const byProfile = new Map<ProfileRow, { at: number; product: ProductRow }[]>()
  for await (const lines of reader.interactions({ from: from - POPULAR_DAYS * DAY, to, kinds: ['order_completed'] })) {
    for (let i = 0; i < lines.length; i++) {
      if (lines.kind[i] !== EVENT_KINDS.order_completed) continue
      const [product, profile, at] = [lines.product[i] ?? -1, lines.profile[i] ?? -1, lines.at[i] ?? Number.NaN]
      byProduct.set(product, (byProduct.get(product) ?? 0) + 1)
      if (!wanted.has(profile)) continue
      byProfile.set(profile, [...(byProfile.get(profile) ?? []), { at, product }])
    }
  }
  return { byProduct, byProfile, withheld }
}

function outcomesOf(
  decisions: readonly Shown[],
  { byProfile, withheld }: Purchases,
  windowDays: number,
  now: number,
): ShadowReport['outcomes'] {
  const counts = { decisions: 0, followed: 0, both: 0, storeOnly: 0, oursOnly: 0, neither: 0 }
  for (const { at, profile, store, ours } of decisions) {
    if (profile === undefined || withheld.has(profile) || at + windowDays * DAY > now) continue
    counts.decisions++
    const later = (byProfile.get(profile) ?? []).filter((line) => line.at > at && line.at <= at + windowDays * DAY)
    if (later.length === 0) continue
    counts.followed++
    const isBought = (product: ListedProduct) => later.some((line) => line.product === product)
    const [byStore, byUs] = [store.some(isBought), ours.some(isBought)]
    if (byStore && byUs) counts.both++
    else if (byStore) counts.storeOnly++
    else if (byUs) counts.oursOnly++
    else counts.neither++
  }
  return { windowDays, ...counts }
}
