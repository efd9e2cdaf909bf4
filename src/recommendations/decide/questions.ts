import { emptyQuery, type Query } from '@storemind/ml'

/** One moment's questions to all sources. */
export interface Questions {
  /** The past by what was bought and kept, and by every sign of interest. Empty for who is not known. */
  readonly bought: Query
  readonly engaged: Query
  /** What the page is about; empty where it is about nothing. */
  readonly anchors: Query
}

/** Nothing is known: a first visit, or no consent. */
export function noPast(anchors: Int32Array, now: number): Questions {
  const empty = emptyQuery(now)
  return { bought: empty, engaged: empty, anchors: anchorQuery(anchors, now) }
}

/** Products at hand as a query: all of them now, in one basket. */
export function anchorQuery(items: Int32Array, now: number): Query {
  return {
    user: -1,
    items,
    weights: new Float32Array(items.length).fill(1),
    at: new Float64Array(items.length).fill(now),
    basket: new Int32Array(items.length),
    now,
  }
}

/** A query without the items from `end` on; the query itself where it holds none. */
export function withoutItemsFrom(query: Query, end: number): Query {
  if (query.items.every((item) => item < end)) return query
  const kept = (_: number, e: number): boolean => query.items[e]! < end
  return {
    user: query.user,
    items: query.items.filter(kept),
    weights: query.weights.filter(kept),
    at: query.at.filter(kept),
    basket: query.basket.filter(kept),
    now: query.now,
  }
}

/** The newest `most` entries of a query. */
export function newest(query: Query, most: number): Query {
  const from = query.items.length - most
  if (from <= 0) return query
  return {
    user: query.user,
    items: query.items.subarray(from),
    weights: query.weights.subarray(from),
    at: query.at.subarray(from),
    basket: query.basket.subarray(from),
    now: query.now,
  }
}
