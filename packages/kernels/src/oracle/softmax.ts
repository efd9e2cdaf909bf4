import type { Floats, Part } from './vector.ts'

export function softmaxKernels(f: Floats, i32: Int32Array): Part<'softmaxRows' | 'sampledSoftmaxRows'> {
  return {
    softmaxRows(rows, n, z, zRow, targets, scale, losses) {
      for (let r = 0; r < rows; r++) {
        const row = f.subarray(z / 4 + r * zRow, z / 4 + r * zRow + n)
        const target = i32[targets / 4 + r]!
        const [loss, shares] = softmax([...row], target)
        f[losses / 4 + r] = loss
        for (let j = 0; j < n; j++) row[j] = scale * (shares[j]! - (j === target ? 1 : 0))
      }
    },
    sampledSoftmaxRows(rows, n, z, zRow, own, targets, candidates, logQ, ownLogQ, scale, losses) {
      for (let r = 0; r < rows; r++) {
        const row = f.subarray(z / 4 + r * zRow, z / 4 + r * zRow + n)
        const target = i32[targets / 4 + r]!
        if (target < 0) {
          row.fill(0)
          f[own / 4 + r] = 0
          f[losses / 4 + r] = 0
          continue
        }
        const negatives = Array.from(row, (value, j) =>
          i32[candidates / 4 + j] === target ? -Infinity : value - (logQ === 0 ? 0 : f[logQ / 4 + j]!),
        )
        const score = f[own / 4 + r]! - (ownLogQ === 0 ? 0 : f[ownLogQ / 4 + r]!)
        const [loss, shares] = softmax([...negatives, score], n)
        f[losses / 4 + r] = loss
        for (let j = 0; j < n; j++) row[j] = scale * shares[j]!
        f[own / 4 + r] = scale * (shares[n]! - 1)
      }
    },
  }
}

/** −log of the target's share, and all shares. */
function softmax(scores: readonly number[], target: number): [number, number[]] {
  const most = Math.max(...scores)
  const powers = scores.map((score) => Math.exp(score - most))
  const sum = powers.reduce((a, b) => a + b, 0)
  return [Math.log(sum) + most - scores[target]!, powers.map((power) => power / sum)]
}
