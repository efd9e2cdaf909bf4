import { isRecord, LINE_LIMIT, own } from './event-lines.ts'

/** Longer than any token; what is longer is none, and is not carried along. */
const LONGEST = 128
/** As many as a decision has items. */
const MOST_TOKENS = 500

/**
 * The decision tokens that an event carries: `decision_token` of its properties, and of each of its `products` (Segment)
 * or `items` (GA4). Which of them are sound is told later; here it only matters that they are text of a token's form.
 */
export function tokensOf(properties: Readonly<Record<string, unknown>>): string[] {
  const list = own(properties, 'products') ?? own(properties, 'items')
  const described: readonly unknown[] = Array.isArray(list) ? list.slice(0, LINE_LIMIT) : []
  const tokens = new Set<string>()
  for (const record of [properties, ...described]) {
    const token = isRecord(record) ? own(record, 'decision_token') : undefined
    if (typeof token === 'string' && token.length <= LONGEST && /^[\w.-]+$/.test(token)) tokens.add(token)
    if (tokens.size === MOST_TOKENS) break
  }
  return [...tokens]
}
