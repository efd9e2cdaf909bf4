import type { Anchor } from '../../contracts/placement.ts'
import type { Frame, SourceName } from '../contracts.ts'

/** What a source is asked about: the shopper's past, or what the page is about. */
export type Question = 'past' | 'anchors'

/** A source asked one question: one column of a frame's blend. */
export interface Voice {
  /** `item_neighbours` or `item_neighbours/anchors`; the name of its column in the blend. */
  readonly name: string
  readonly source: SourceName
  readonly question: Question
}

/**
 * Who is heard on which page. Where there is no anchor the past speaks; beside a product and in the cart the anchors
 * speak first and the past adds what this shopper comes for.
 */
export const VOICES: Readonly<Record<Frame, readonly Voice[]>> = {
  home: [
    past('personal_frequency'),
    past('item_neighbours'),
    past('user_neighbours'),
    past('transitions'),
    past('closed_form'),
    past('content'),
    past('popularity'),
    past('trend'),
    past('basket_neighbours'),
  ],
  first_visit: [past('popularity'), past('trend')],
  product: [
    anchors('bought_together'),
    anchors('item_neighbours'),
    anchors('transitions'),
    anchors('closed_form'),
    anchors('content'),
    past('personal_frequency'),
    past('closed_form'),
    past('popularity'),
  ],
  cart: [
    anchors('bought_together'),
    anchors('item_neighbours'),
    anchors('transitions'),
    anchors('closed_form'),
    anchors('content'),
    past('personal_frequency'),
    past('closed_form'),
    past('popularity'),
  ],
}

/**
 * The frame of a page, by what it is about and whether the shopper has a past that may be used. A category or a list
 * says which products are ranked, not what for.
 */
export function frameOf(anchor: Anchor, hasPast: boolean): Frame {
  if (anchor === 'product' || anchor === 'cart') return anchor
  return hasPast ? 'home' : 'first_visit'
}

function past(source: SourceName): Voice {
  return { name: source, source, question: 'past' }
}

function anchors(source: SourceName): Voice {
  return { name: `${source}/anchors`, source, question: 'anchors' }
}
