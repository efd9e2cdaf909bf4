import {
  type Blend,
  type Contribution,
  emptyQuery,
  type Query,
  Scoreboard,
  type SourceShare,
  TopK,
} from '@storemind/ml'
import type { Frame } from '../contracts.ts'
import type { Questions } from './questions.ts'
import type { CandidateSource, OpenSource } from './sources.ts'
import type { Voice } from './voices.ts'

/** A voice with the model that speaks. */
export interface OpenVoice {
  readonly voice: Voice
  readonly source: CandidateSource
  readonly model: OpenSource
}

export interface OpenFrame {
  readonly voices: readonly OpenVoice[]
  readonly blend: Blend
}

/** What one voice added to an item's score, and what it rested on. */
export interface Evidence extends SourceShare {
  readonly voice: Voice
  readonly contributions: readonly Contribution[]
}

/**
 * Ranks candidates by a blend of voices.
 *
 * Solves   the blend's score for every item that a voice with weight puts forward; the best `depth` of them
 * Given    a frame's voices with their models, and the questions of one request
 * Returns  `ids` Int32 and `scores` Float32, the first `count` of which hold the ranking, best first
 * Cost     what the voices touch; nothing that grows with the catalogue, nothing allocated per item
 * Differs  keeps its boards between calls: one ranker serves one thread, one request at a time
 */
export class Ranker {
  readonly frame: Frame
  readonly items: number
  readonly top: TopK
  readonly #open: OpenFrame
  readonly #boards: readonly Scoreboard[]
  readonly #out: Scoreboard
  /** [items] 1 for the anchors of the request at hand: a page does not recommend what it is about. */
  readonly #mask: Uint8Array
  #questions: Questions | undefined

  constructor(frame: Frame, items: number, open: OpenFrame, boards: BoardPool, depth: number) {
    this.frame = frame
    this.items = items
    this.#open = open
    this.#boards = open.voices.map(({ source, model }, v) =>
      source.reads === 'nothing' ? boards.fixed(model) : boards.board(v),
    )
    this.#out = boards.board(-1)
    this.#mask = new Uint8Array(items)
    this.top = new TopK(depth)
  }

  /** @param mask [items] 1 for what must not be ranked, in place of the anchors of the questions */
  rank(questions: Questions, mask?: Uint8Array): TopK {
    this.#questions = questions
    const { voices, blend } = this.#open
    for (let v = 0; v < voices.length; v++) {
      const board = this.#boards[v]!
      const one = voices[v]!
      if (one.source.reads === 'nothing') continue
      board.clear()
      if (!blend.uses(v)) continue
      const query = queryOf(one, questions)
      if (query) one.model.score(query, board)
    }
    this.#out.clear()
    const anchors = questions.anchors.items
    for (let a = 0; a < anchors.length; a++) this.#mask[anchors[a]!] = 1
    blend.combine(this.#boards, this.#out, mask ?? this.#mask)
    for (let a = 0; a < anchors.length; a++) this.#mask[anchors[a]!] = 0
    this.top.select(this.#out)
    return this.top
  }

  /** How likely the item of the last `rank` is to be taken, 0 to 1; NaN where that is not known. */
  chance(item: number): number {
    return this.#out.has(item) ? this.#open.blend.chance(this.#out.get(item)) : Number.NaN
  }

  /**
   * What made an item's score in the last `rank`, largest first.
   *
   * @param limit contributions asked of each voice
   * @param asks whether a voice with this part of the score is asked what it rests on; asking costs about as much as
   *   ranking
   */
  evidence(item: number, limit: number, asks: (voice: Voice, part: number) => boolean): Evidence[] {
    const { voices, blend } = this.#open
    const shares = blend.explain(item)
    const total = shares.reduce((sum, { weight }) => sum + weight, 0)
    return shares.flatMap((share) => {
      const one = voices[share.source]
      const query = one && this.#questions && queryOf(one, this.#questions)
      if (!one) return []
      const isAsked = one.model.explain && asks(one.voice, share.weight / total)
      const contributions = query && isAsked && one.model.explain ? one.model.explain(query, item, limit) : []
      return [{ ...share, voice: one.voice, contributions }]
    })
  }
}

/** What a voice is asked; undefined where there is nothing to ask, so that it stays silent. */
export function queryOf({ voice, source }: OpenVoice, questions: Questions): Query | undefined {
  if (source.reads === 'nothing') return questions.anchors
  const query = voice.question === 'anchors' ? questions.anchors : questions[source.reads]
  return query.items.length > 0 ? query : undefined
}

/** Boards that the rankers of one thread share, since only one of them ranks at a time. */
export class BoardPool {
  readonly #items: number
  readonly #boards = new Map<number, Scoreboard>()
  readonly #fixed = new Map<OpenSource, Scoreboard>()

  constructor(items: number) {
    this.#items = items
  }

  board(number: number): Scoreboard {
    const known = this.#boards.get(number)
    if (known) return known
    const board = new Scoreboard(this.#items)
    this.#boards.set(number, board)
    return board
  }

  /** The board of a model that says the same whatever it is asked, filled once for all. */
  fixed(model: OpenSource): Scoreboard {
    const known = this.#fixed.get(model)
    if (known) return known
    const board = new Scoreboard(this.#items)
    model.score(emptyQuery(0), board)
    this.#fixed.set(model, board)
    return board
  }
}
