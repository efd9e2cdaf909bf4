import type { Csr } from '../frame/csr.ts'

/**
 * How telling each term is: ln(1 + (N − n + ½) / (n + ½)), n being the documents that hold it; Float32 [terms], > 0.
 *
 * Source   Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, eq. 3.3; the 1 inside the logarithm keeps
 *          terms of most documents above zero
 */
export function inverseDocumentFrequency(counts: Csr): Float32Array {
  const documents = new Int32Array(counts.columns)
  for (const term of counts.indices) documents[term]!++
  return Float32Array.from(documents, (n) => Math.log(1 + (counts.rows - n + 0.5) / (n + 0.5)))
}

/** Mean row sum, over rows that hold anything; 1 where none does. */
export function averageLength(counts: Csr): number {
  let sum = 0
  let filled = 0
  for (let r = 0; r < counts.rows; r++) {
    for (let e = counts.offsets[r]!; e < counts.offsets[r + 1]!; e++) sum += counts.values[e]!
    if (counts.offsets[r + 1]! > counts.offsets[r]!) filled++
  }
  return filled === 0 ? 1 : sum / filled
}

/**
 * (1 + ln tf) · idf.
 *
 * Source   Salton and Buckley, IP&M 1988
 */
export function tfIdf(counts: Csr, idf: Float32Array): Csr {
  const values = counts.values.map((tf, e) => (1 + Math.log(tf)) * idf[counts.indices[e]!]!)
  return { ...counts, values }
}

/**
 * BM25 weights: idf · tf · (k1 + 1) / (tf + k1 · (1 − b + b · length / average)).
 *
 * Source   Robertson and Zaragoza 2009, eq. 3.15
 */
export function bm25(counts: Csr, idf: Float32Array, average: number, k1 = 1.2, b = 0.75): Csr {
  const values = new Float32Array(counts.values.length)
  for (let r = 0; r < counts.rows; r++) {
    let length = 0
    for (let e = counts.offsets[r]!; e < counts.offsets[r + 1]!; e++) length += counts.values[e]!
    const saturation = k1 * (1 - b + (b * length) / average)
    for (let e = counts.offsets[r]!; e < counts.offsets[r + 1]!; e++) {
      const tf = counts.values[e]!
      values[e] = (idf[counts.indices[e]!]! * tf * (k1 + 1)) / (tf + saturation)
    }
  }
  return { ...counts, values }
}
