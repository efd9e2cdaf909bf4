import { shared } from '../frame/shared-memory.ts'
import { type BlendCase, FEATURES_PER_SOURCE, normalisedScore, rankScore, strength } from './candidates.ts'
import { RankTable, UNRANKED } from './rank-table.ts'

/** Which rows of which case are right: those of case c are hits[hitsAt[c]] to hits[hitsAt[c + 1]]. */
interface Hits {
  /** [cases + 1] */
  readonly hitsAt: Int32Array
  /** [hits] rows within their case, in the order of the case's targets. */
  readonly hits: Int32Array
}

/** All candidates of all cases, rows ascending by item within a case. Each is ranked by few sources: sparse. */
export interface CandidateRows extends Hits {
  /** [cases + 1] */
  readonly rowsAt: Int32Array
  /** [rows + 1] */
  readonly entriesAt: Int32Array
  /** [entries] ascending within a row. */
  readonly source: Int32Array
  /** [FEATURES_PER_SOURCE · entries] what the source says of the row, one entry after the other. */
  readonly features: Float32Array
  /** [rows] 1 for targets. */
  readonly isHit: Uint8Array
}

/** Of them, who can come into the first `cutoff`, in the same order: dense, since they are read again and again. */
export interface ContenderRows extends Hits {
  /** [cases + 1] */
  readonly rowsAt: Int32Array
  /** [width · rows] from width · rowsAt[c] on one feature of all rows of case c after the other, 0 where unranked. */
  readonly features: Float32Array
}

/** Cases as the search for weights reads them: flat, so that threads look at one copy where it lies in shared memory. */
export interface SearchCases {
  readonly cases: number
  /** FEATURES_PER_SOURCE · sources */
  readonly width: number
  readonly cutoff: number
  /** [cases] targets, ranked or not. */
  readonly targets: Int32Array
  readonly candidates: CandidateRows
  readonly contenders: ContenderRows
}

export interface SearchOptions {
  readonly depth: number
  readonly cutoff: number
  readonly rankOffset: number
}

/**
 * Features of all candidates, and which of them can reach the list.
 *
 * @param usual [sources] as `usualBests` gives them
 * @cost O(Σ candidates · depth · sources) at most; nearly all are settled by the source that ranks them best
 */
export function searchCases(cases: readonly BlendCase[], usual: Float32Array, options: SearchOptions): SearchCases {
  const width = FEATURES_PER_SOURCE * usual.length
  const { candidates, stays } = candidatesOf(cases, usual, options)
  return {
    cases: cases.length,
    width,
    cutoff: options.cutoff,
    targets: Int32Array.from(cases, ({ targets }) => targets.length),
    candidates,
    contenders: contendersOf(candidates, stays, width),
  }
}

/** The same cases in memory that other threads see without a copy. */
export function sharedCases(all: SearchCases): SearchCases {
  const { candidates: c, contenders: k } = all
  return {
    ...all,
    targets: shared(all.targets),
    candidates: {
      rowsAt: shared(c.rowsAt),
      entriesAt: shared(c.entriesAt),
      source: shared(c.source),
      features: shared(c.features),
      isHit: shared(c.isHit),
      hitsAt: shared(c.hitsAt),
      hits: shared(c.hits),
    },
    contenders: {
      rowsAt: shared(k.rowsAt),
      features: shared(k.features),
      hitsAt: shared(k.hitsAt),
      hits: shared(k.hits),
    },
  }
}

interface Found {
  readonly candidates: CandidateRows
  /** [rows] 1 for contenders. */
  readonly stays: Uint8Array
}

function candidatesOf(cases: readonly BlendCase[], usual: Float32Array, options: SearchOptions): Found {
  const { depth, rankOffset } = options
  const all = cases.flatMap(({ rankings }) => rankings.map(({ ids }) => Math.min(depth, ids.length)))
  const most = all.reduce((sum, length) => sum + length, 0)
  const rowsAt = new Int32Array(cases.length + 1)
  const entriesAt = new Int32Array(most + 1)
  const source = new Int32Array(most)
  const features = new Float32Array(FEATURES_PER_SOURCE * most)
  const isHit = new Uint8Array(most)
  const stays = new Uint8Array(most)
  const hitsAt = new Int32Array(cases.length + 1)
  const hits: number[] = []
  const ranks = new RankTable(usual.length)
  cases.forEach(({ rankings, targets }, c) => {
    const from = rowsAt[c]!
    const rows = ranks.read(rankings, depth)
    rowsAt[c + 1] = from + rows
    let entry = entriesAt[from]!
    for (let row = 0; row < rows; row++) {
      for (let s = 0; s < rankings.length; s++) {
        const rank = ranks.rank(row, s)
        if (rank === UNRANKED) continue
        const { ids, scores } = rankings[s]!
        const last = Math.min(depth, ids.length) - 1
        const at = FEATURES_PER_SOURCE * entry
        source[entry++] = s
        features[at] = normalisedScore(scores[rank]!, scores[0]!, scores[last]!)
        features[at + 1] = rankScore(rank, rankOffset)
        features[at + 2] = strength(scores[rank]!, usual[s]!)
      }
      entriesAt[from + row + 1] = entry
      stays[from + row] = ranks.contends(row, options.cutoff) ? 1 : 0
    }
    for (const target of targets) {
      const row = ranks.rowOf(target)
      if (row < 0) continue
      hits.push(row)
      isHit[from + row] = 1
    }
    hitsAt[c + 1] = hits.length
  })
  const rows = rowsAt[cases.length]!
  return {
    candidates: {
      rowsAt,
      entriesAt: entriesAt.slice(0, rows + 1),
      source,
      features,
      isHit: isHit.slice(0, rows),
      hitsAt,
      hits: Int32Array.from(hits),
    },
    stays: stays.subarray(0, rows),
  }
}

function contendersOf(all: CandidateRows, stays: Uint8Array, width: number): ContenderRows {
  const cases = all.rowsAt.length - 1
  const rowsAt = new Int32Array(cases + 1)
  const hitsAt = new Int32Array(cases + 1)
  const hits: number[] = []
  /** [rows] where a row of all candidates is among the contenders of its case. */
  const moved = new Int32Array(stays.length)
  for (let c = 0; c < cases; c++) {
    const [from, end] = [all.rowsAt[c]!, all.rowsAt[c + 1]!]
    let kept = 0
    for (let row = from; row < end; row++) moved[row] = stays[row] === 1 ? kept++ : -1
    rowsAt[c + 1] = rowsAt[c]! + kept
    for (let h = all.hitsAt[c]!; h < all.hitsAt[c + 1]!; h++) {
      const row = moved[from + all.hits[h]!]!
      if (row >= 0) hits.push(row)
    }
    hitsAt[c + 1] = hits.length
  }
  const features = new Float32Array(width * rowsAt[cases]!)
  for (let c = 0; c < cases; c++) {
    const rows = rowsAt[c + 1]! - rowsAt[c]!
    const base = width * rowsAt[c]!
    for (let row = all.rowsAt[c]!; row < all.rowsAt[c + 1]!; row++) {
      if (stays[row] === 0) continue
      for (let entry = all.entriesAt[row]!; entry < all.entriesAt[row + 1]!; entry++) {
        for (let k = 0; k < FEATURES_PER_SOURCE; k++) {
          const f = FEATURES_PER_SOURCE * all.source[entry]! + k
          features[base + f * rows + moved[row]!] = all.features[FEATURES_PER_SOURCE * entry + k]!
        }
      }
    }
  }
  return { rowsAt, features, hitsAt, hits: Int32Array.from(hits) }
}
