import type { Floats, Part } from './vector.ts'

export function convolutionKernels(f: Floats): Part<'convolve' | 'convolveBackward' | 'convolveWeights'> {
  return {
    convolve(batch, time, inputs, outputs, taps, dilation, x, w, beta, y) {
      for (let r = 0; r < batch * time; r++) {
        for (let o = 0; o < outputs; o++) {
          let sum = 0
          for (let k = 0; k < taps && k * dilation <= r % time; k++) {
            for (let i = 0; i < inputs; i++) {
              sum += f[x / 4 + (r - k * dilation) * inputs + i]! * f[w / 4 + (k * inputs + i) * outputs + o]!
            }
          }
          const at = y / 4 + r * outputs + o
          f[at] = sum + (beta === 0 ? 0 : beta * f[at]!)
        }
      }
    },
    convolveBackward(batch, time, inputs, outputs, taps, dilation, y, w, beta, x) {
      for (let r = 0; r < batch * time; r++) {
        for (let i = 0; i < inputs; i++) {
          let sum = 0
          for (let k = 0; k < taps && (r % time) + k * dilation < time; k++) {
            for (let o = 0; o < outputs; o++) {
              sum += f[y / 4 + (r + k * dilation) * outputs + o]! * f[w / 4 + (k * inputs + i) * outputs + o]!
            }
          }
          const at = x / 4 + r * inputs + i
          f[at] = sum + (beta === 0 ? 0 : beta * f[at]!)
        }
      }
    },
    convolveWeights(batch, time, inputs, outputs, row, taps, dilation, x, y, beta, w) {
      for (let k = 0; k < taps; k++) {
        for (let i = 0; i < inputs; i++) {
          for (let o = 0; o < outputs; o++) {
            let sum = 0
            for (let r = 0; r < batch * time; r++) {
              if (r % time < k * dilation) continue
              sum += f[x / 4 + (r - k * dilation) * inputs + i]! * f[y / 4 + r * row + o]!
            }
            const at = w / 4 + (k * inputs + i) * row + o
            f[at] = sum + (beta === 0 ? 0 : beta * f[at]!)
          }
        }
      }
    },
  }
}
