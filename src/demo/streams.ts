/** Which stream of random numbers a part draws from, so that no two parts share one. Never renumber: stores would change. */
export const STREAMS = {
  leaves: 1,
  brands: 2,
  families: 3,
  companions: 4,
  shoppers: 5,
  calendar: 6,
  visits: 7,
  live: 8,
  arrivals: 9,
} as const
