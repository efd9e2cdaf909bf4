import type { Interactions } from '../frame/interactions.ts'

/** Sessions, latest first. */
export interface Sessions {
  /** [sessions + 1] */
  readonly offsets: Int32Array
  /** [entries] distinct items of each session. */
  readonly items: Int32Array
}

/** Bytes that ordering the sessions takes, the result included; a basket may hold a single entry. */
export function sessionsBytes({ users, items, item }: Interactions, kind: 'baskets' | 'users'): number {
  return 120 * (kind === 'users' ? users : item.length) + 8 * item.length + 12 * items
}

/**
 * @param kind a session is one basket of a user, or all that the user did
 * @param limit distinct items kept of a session, the latest
 * @cost O(entries + sessions · log sessions)
 */
export function sessionsOf(data: Interactions, kind: 'baskets' | 'users', limit: number): Sessions {
  const ends = endsOf(data, kind)
  const order = Int32Array.from(ends.at, (_, s) => s).sort((a, b) => ends.at[b]! - ends.at[a]! || a - b)
  const offsets = new Int32Array(order.length + 1)
  const items = new Int32Array(data.item.length)
  // The last session each item was put into, so that nothing needs clearing between sessions.
  const within = new Int32Array(data.items).fill(-1)
  let end = 0
  order.forEach((session, place) => {
    const start = end
    for (let e = ends.end[session]! - 1; e >= ends.start[session]! && end - start < limit; e--) {
      const item = data.item[e]!
      if (within[item] === place) continue
      within[item] = place
      items[end++] = item
    }
    offsets[place + 1] = end
  })
  return { offsets, items: items.slice(0, end) }
}

/** The `posting` latest sessions that hold each item, latest first. */
export function whoHolds(
  { offsets, items }: Sessions,
  count: number,
  posting: number,
): { offsets: Int32Array; sessions: Int32Array } {
  const held = new Int32Array(count)
  for (const item of items) held[item]!++
  const starts = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) starts[i + 1] = starts[i]! + Math.min(posting, held[i]!)
  const next = starts.slice(0, count)
  const sessions = new Int32Array(starts[count]!)
  for (let s = 0; s + 1 < offsets.length; s++) {
    for (let e = offsets[s]!; e < offsets[s + 1]!; e++) {
      const item = items[e]!
      if (next[item]! < starts[item + 1]!) sessions[next[item]!++] = s
    }
  }
  return { offsets: starts, sessions }
}

/** First and behind-last entry of each session that has any, and when it ended: [sessions] each. */
function endsOf(
  data: Interactions,
  kind: 'baskets' | 'users',
): { start: Int32Array; end: Int32Array; at: Float64Array } {
  const most = kind === 'users' ? Math.min(data.users, data.item.length) : data.item.length
  const ends = { start: new Int32Array(most), end: new Int32Array(most), at: new Float64Array(most) }
  let count = 0
  for (let u = 0; u < data.users; u++) {
    let start = data.offsets[u]!
    const last = data.offsets[u + 1]!
    for (let e = start + 1; e <= last; e++) {
      if (e < last && (kind === 'users' || data.basket[e] === data.basket[e - 1])) continue
      ends.start[count] = start
      ends.end[count] = e
      ends.at[count++] = data.at[e - 1]!
      start = e
    }
  }
  return { ...ends, at: ends.at.subarray(0, count) }
}
