/** Milliseconds in a day: parameters speak of days, data of milliseconds. */
export const DAY = 86_400_000

/** What is left of a weight after `age` milliseconds; a half-life of 0 days means no decay. Negative ages count as 0. */
export function decay(age: number, halfLifeDays: number): number {
  return halfLifeDays === 0 || age <= 0 ? 1 : 2 ** (-age / (halfLifeDays * DAY))
}

/** The latest time of the entries; −Infinity where there are none. */
export function latest(at: Float64Array): number {
  let last = Number.NEGATIVE_INFINITY
  for (let e = 0; e < at.length; e++) if (at[e]! > last) last = at[e]!
  return last
}
