import { type Csr, csrFromEntries } from '../frame/csr.ts'
import { Vocabulary } from '../frame/vocabulary.ts'
import { tokenize } from './tokenizer.ts'

export interface TermCounts {
  /** The terms, in order of first appearance. */
  readonly vocabulary: Vocabulary
  /** documents × terms; how often each term occurs. */
  readonly counts: Csr
}

/**
 * Reads texts and keeps the terms that occur in at least `minDocuments` of them and in no more than `maxShare`.
 *
 * @param texts one per document; an empty text is an empty row
 * @cost O(total length); memory O(distinct terms + entries)
 */
export function countTerms(texts: readonly string[], minDocuments = 1, maxShare = 1): TermCounts {
  const all = new Vocabulary()
  const rows = texts.map((text) => termsOf(text, (token) => all.add(token)))
  const documents = new Int32Array(all.size)
  for (const row of rows) for (const term of row.keys()) documents[term]!++
  const vocabulary = new Vocabulary()
  const kept = Int32Array.from(documents, (count, term) =>
    count >= minDocuments && count <= maxShare * texts.length ? vocabulary.add(all.name(term)) : -1,
  )
  return { vocabulary, counts: matrix(rows, vocabulary.size, (term) => kept[term]!) }
}

/** Counts known terms only: documents × vocabulary. For texts that come after the vocabulary was made. */
export function countKnownTerms(texts: readonly string[], vocabulary: Vocabulary): Csr {
  const rows = texts.map((text) => termsOf(text, (token) => vocabulary.index(token)))
  return matrix(rows, vocabulary.size, (term) => term)
}

function termsOf(text: string, indexOf: (token: string) => number): Map<number, number> {
  const counts = new Map<number, number>()
  for (const token of tokenize(text)) {
    const term = indexOf(token)
    counts.set(term, (counts.get(term) ?? 0) + 1)
  }
  return counts
}

function matrix(rows: readonly Map<number, number>[], terms: number, termOf: (term: number) => number): Csr {
  const row: number[] = []
  const column: number[] = []
  const value: number[] = []
  rows.forEach((counts, r) => {
    for (const [from, count] of counts) {
      const term = from < 0 ? -1 : termOf(from)
      if (term < 0) continue
      row.push(r)
      column.push(term)
      value.push(count)
    }
  })
  return csrFromEntries(rows.length, terms, Int32Array.from(row), Int32Array.from(column), Float32Array.from(value))
}
