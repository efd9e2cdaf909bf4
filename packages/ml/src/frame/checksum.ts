const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1]

/**
 * XXH32: tells damage, not forgery. A change within one aligned word always changes it, any other all but once in 2³².
 *
 * @param seed 32 bits
 * @returns 32 bits, unsigned
 * @cost 16 bytes a round of eight multiplications; nothing is copied where the bytes begin at a multiple of 4
 * @source Collet, xxHash fast digest algorithm, specification 0.1.1, XXH32
 */
export function xxh32(bytes: Uint8Array, seed = 0): number {
  const n = bytes.length
  const { buffer, byteOffset } = byteAligned(bytes)
  const words = new Int32Array(buffer, byteOffset, n >>> 2)
  let hash = seed + P5
  let at = 0
  if (n >= 16) {
    let a = (seed + P1 + P2) | 0
    let b = (seed + P2) | 0
    let c = seed | 0
    let d = (seed - P1) | 0
    for (const end = words.length & ~3; at < end; at += 4) {
      a = round(a, words[at]!)
      b = round(b, words[at + 1]!)
      c = round(c, words[at + 2]!)
      d = round(d, words[at + 3]!)
    }
    hash = turned(a, 1) + turned(b, 7) + turned(c, 12) + turned(d, 18)
  }
  hash = (hash + n) | 0
  for (; at < words.length; at++) hash = Math.imul(turned((hash + Math.imul(words[at]!, P3)) | 0, 17), P4)
  for (let i = 4 * words.length; i < n; i++) hash = Math.imul(turned((hash + Math.imul(bytes[i]!, P5)) | 0, 11), P1)
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function byteAligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
}

function round(lane: number, word: number): number {
  return Math.imul(turned((lane + Math.imul(word, P2)) | 0, 13), P1)
}

function turned(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
