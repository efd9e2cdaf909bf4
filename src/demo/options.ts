/** What a simulated store is like. The same options always give the same store, byte for byte. */
export interface WorldOptions {
  /** 32 bits. */
  readonly seed: number
  /** Products, variants counted one by one; at least 8. */
  readonly products: number
  /** People, consenting or not; bots come on top. */
  readonly shoppers: number
  /** Length of the history in days. */
  readonly days: number
  /** UTC milliseconds; the history ends with the last whole day before. */
  readonly until: number
  /** Share of the shoppers who said no to personalisation. */
  readonly withoutConsent: number
  /** Share of the visitors that are crawlers. */
  readonly bots: number
  /** Share of the orders of which something is sent back. */
  readonly refunds: number
}

export const DAY = 86_400_000

const DEFAULTS: WorldOptions = {
  seed: 1,
  products: 1000,
  shoppers: 2000,
  days: 365,
  until: Date.UTC(2026, 0, 1),
  withoutConsent: 0.08,
  bots: 0.01,
  refunds: 0.03,
}

/**
 * Fills in the defaults.
 * @throws RangeError where a number is out of its range
 */
export function worldOptions(given: Partial<WorldOptions>): WorldOptions {
  const options = { ...DEFAULTS, ...given }
  check('seed', options.seed, 0, 0xffffffff)
  check('products', options.products, 8, 10_000_000)
  check('shoppers', options.shoppers, 1, 10_000_000)
  check('days', options.days, 1, 3650)
  for (const share of ['withoutConsent', 'bots', 'refunds'] as const) {
    if (!(options[share] >= 0 && options[share] <= 1)) throw new RangeError(`${share} is not between 0 and 1`)
  }
  if (!Number.isSafeInteger(options.until)) throw new RangeError('until is not a time')
  return options
}

function check(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}, and is ${value}`)
  }
}
