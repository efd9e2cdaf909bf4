import type { Revenue } from '@storemind/client'

/** Net amounts by currency: `1234.50 EUR, 10.00 USD`. Exact, whatever their size. */
export function amounts(revenue: readonly Revenue[]): string {
  const text = revenue.map(({ currency, micros, refundedMicros }) => {
    const net = BigInt(micros) - BigInt(refundedMicros)
    // Half away from zero, to two decimals.
    const cents = (net + (net < 0n ? -5000n : 5000n)) / 10_000n
    const absolute = cents < 0n ? -cents : cents
    return `${cents < 0n ? '-' : ''}${absolute / 100n}.${String(absolute % 100n).padStart(2, '0')} ${currency}`
  })
  return text.length === 0 ? '–' : text.join(', ')
}

export function percent(rate: number | null): string {
  return rate === null ? '–' : `${(100 * rate).toFixed(2)} %`
}
