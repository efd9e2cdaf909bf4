/** Uniform numbers in [0, 1) from a 32-bit seed that a decision's record keeps: the same seed, the same decision. */
export interface SeededRandom {
  next(): number
}

/**
 * Small fast counter generator with 128 bits of state.
 *
 * Returns  uniform numbers with 32 bits of resolution; period at least 2^32 for every seed, by its counter
 * Source   sfc32, Doty-Humphrey, PractRand 0.94 (2018): the seed is the third word and 12 rounds mix it in
 */
export function seededRandom(seed: number): SeededRandom {
  let a = 0
  let b = 0
  let c = seed >>> 0
  let counter = 1
  const step = (): number => {
    const result = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return result >>> 0
  }
  for (let i = 0; i < 12; i++) step()
  return { next: () => step() / 4294967296 }
}

/** A fresh seed from a cryptographic source. */
export function drawSeed(randomBytes: (bytes: Uint8Array) => void): number {
  const bytes = new Uint8Array(4)
  randomBytes(bytes)
  return new DataView(bytes.buffer).getUint32(0)
}
