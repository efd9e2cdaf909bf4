/**
 * The regularised upper incomplete gamma function Q(a, x), the chance that a gamma variable of shape a exceeds x.
 *
 * Given    a > 0, x ≥ 0
 * Returns  Q(a, x) in [0, 1], to about 1e-12
 * Cost     O(√a) terms
 * Source   DLMF 8.7.1 (series, for x < a + 1) and 8.9.2 (continued fraction, evaluated by Lentz's method as modified by
 *          Thompson and Barnett, J. Comput. Phys. 1986); ln Γ by Lanczos, SIAM J. Numer. Anal. 1964
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const scale = Math.exp(a * Math.log(x) - x - lnGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < 1000 && term > sum * 1e-16; n++) {
      term *= x / (a + n)
      sum += term
    }
    return 1 - scale * sum
  }
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let h = d
  for (let n = 1; n < 1000; n++) {
    const numerator = -n * (n - a)
    b += 2
    d = numerator * d + b
    if (Math.abs(d) < tiny) d = tiny
    c = b + numerator / c
    if (Math.abs(c) < tiny) c = tiny
    d = 1 / d
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return scale * h
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x)
  const z = x - 1
  let sum = 0.99999999999980993
  for (const [i, coefficient] of LANCZOS.entries()) sum += coefficient / (z + i + 1)
  const t = z + LANCZOS.length - 0.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/** The chance that a standard normal variable lies beyond ±z. */
export function twoTailed(z: number): number {
  return upperGamma(0.5, (z * z) / 2)
}

/** The z beyond ±which a standard normal variable lies with chance `alpha`, by bisection; 1.96 for 0.05. */
export function criticalValue(alpha: number): number {
  let [low, high] = [0, 40]
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (twoTailed(middle) > alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}
