import { DIMENSIONS } from '../catalogue/catalogue.ts'
import { SIZES, STYLES } from '../catalogue/words.ts'
import type { WorldOptions } from '../options.ts'
import { Draws } from '../random.ts'
import { STREAMS } from '../streams.ts'

/** What a simulated person is like. Nothing of it is stored: it follows from the seed and the person's number. */
export interface Shopper {
  readonly index: number
  readonly bot: boolean
  /** False where the person said no to personalisation. */
  readonly consents: boolean
  /** Never logs in, so that the store knows devices only. */
  readonly guest: boolean
  readonly devices: number
  /** [DIMENSIONS] where the person stands in the space of tastes. */
  readonly taste: Float64Array
  /** Standard normal: how dear the person likes things. */
  readonly priceLevel: number
  readonly style: number
  readonly size: number
  /** Mean days between visits. */
  readonly gap: number
  /** Probability that a visit ends in an order. */
  readonly buys: number
  /** How fast the person uses things up, against the average. */
  readonly pace: number
  /** Days of the history between which the person comes. */
  readonly firstDay: number
  readonly lastDay: number
}

/** @param index 0 … shoppers − 1 are people; bots follow */
export function shopperOf(options: WorldOptions, index: number): Shopper {
  const draws = new Draws(options.seed, STREAMS.shoppers, index)
  const bot = index >= options.shoppers
  const consents = bot || !draws.chance(options.withoutConsent)
  const guest = bot || draws.chance(0.15)
  const devices = bot ? 1 : 1 + draws.run(0.35, 2)
  const taste = Float64Array.from({ length: DIMENSIONS }, () => draws.normal())
  const priceLevel = draws.normal()
  const style = draws.integer(STYLES.length)
  const size = draws.integer(SIZES.length)
  const gap = bot ? 3 : Math.min(200, Math.max(2, 16 * Math.exp(0.7 * draws.normal())))
  const buys = bot ? 0 : 0.2 + 0.4 * draws.next()
  const pace = Math.exp(0.2 * draws.normal())
  const firstDay = draws.chance(0.5)
    ? Math.min(draws.integer(Math.ceil(gap)), options.days - 1)
    : draws.integer(options.days)
  const lastDay = firstDay + Math.ceil(draws.exponential(500))
  return { index, bot, consents, guest, devices, taste, priceLevel, style, size, gap, buys, pace, firstDay, lastDay }
}

/** How many visitors of either kind there are. */
export function visitorsOf({ shoppers, bots }: WorldOptions): number {
  return shoppers + Math.ceil(shoppers * bots)
}

export function userId(index: number): string {
  return `c${String(index + 1).padStart(6, '0')}`
}

/** The index behind a user id; undefined where this store has no such person. */
export function shopperIndex({ shoppers }: WorldOptions, id: string): number | undefined {
  if (!/^c\d{6,8}$/.test(id)) return undefined
  const index = Number(id.slice(1)) - 1
  return index >= 0 && index < shoppers && userId(index) === id ? index : undefined
}

export function anonymousId(index: number, device: number): string {
  return `a-${index.toString(36)}-${device}`
}

const NAMES = [
  'Maya',
  'Jonas',
  'Lin',
  'Amara',
  'Felix',
  'Sofia',
  'Wei',
  'Clara',
  'Omar',
  'Ines',
  'Noah',
  'Yara',
  'Theo',
  'Mei',
  'Lucas',
  'Freya',
  'Arjun',
  'Elena',
  'Hugo',
  'Zoe',
  'Mateo',
  'Nadia',
  'Emil',
  'Ruth',
  'Kenji',
  'Alma',
  'Viktor',
  'Rosa',
] as const

export function firstName(index: number): string {
  return NAMES[(index * 11) % NAMES.length] ?? NAMES[0]
}
