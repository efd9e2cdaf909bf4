import { dot } from './vector'

/**
 * Cholesky factor of a symmetric positive definite matrix, in place: the lower triangle becomes L with A = L·Lᵀ; what
 * stands above the diagonal is neither read nor written. Meant for the diagonal blocks of larger matrices.
 *
 * Source   Golub and Van Loan, Matrix Computations, 4th ed., §4.2.5, by rows
 * @param a f32 [n × n], rows `row` floats apart
 * @returns 0, or 1 + the index of the first pivot that is not above zero and finite
 */
export function cholesky(n: usize, a: usize, row: usize): i32 {
  const pitch = row << 2
  for (let i: usize = 0; i < n; i++) {
    const ri = a + i * pitch
    for (let j: usize = 0; j < i; j++) {
      const rj = a + j * pitch
      const at = ri + (j << 2)
      store<f32>(at, (load<f32>(at) - dot(j, ri, rj)) / load<f32>(rj + (j << 2)))
    }
    const at = ri + (i << 2)
    const pivot = load<f32>(at) - dot(i, ri, ri)
    if (!(pivot > 0 && pivot < Infinity)) return (i + 1) as i32
    store<f32>(at, Mathf.sqrt(pivot))
  }
  return 0
}

/**
 * Solves L·X = B, or Lᵀ·X = B where `transposed` is 1, in place: X takes the room of B.
 *
 * @param l f32 [n × n], the lower triangle, rows `row` floats apart
 * @param x f32 [n × m], rows `xRow` floats apart
 */
export function solveLower(n: usize, m: usize, l: usize, row: usize, transposed: i32, x: usize, xRow: usize): void {
  const pitch = xRow << 2
  // Going down L the coefficients of row i run along it; going up they run down column i.
  const along = transposed !== 0 ? row << 2 : 4
  for (let column: usize = 0; column < m; column += 16) {
    const width = min(16, m - column)
    for (let step: usize = 0; step < n; step++) {
      const i = transposed !== 0 ? n - 1 - step : step
      const to = x + i * pitch + (column << 2)
      const first = transposed !== 0 ? i + 1 : 0
      const count = transposed !== 0 ? n - 1 - i : i
      const coefficients = transposed !== 0 ? l + ((first * row + i) << 2) : l + ((i * row) << 2)
      const others = x + first * pitch + (column << 2)
      const inverse: f32 = 1 / load<f32>(l + ((i * row + i) << 2))
      if (width === 16) eliminate16(count, coefficients, along, others, pitch, inverse, to)
      else eliminate(width, count, coefficients, along, others, pitch, inverse, to)
    }
  }
}

function eliminate16(
  count: usize,
  coefficient: usize,
  along: usize,
  other: usize,
  pitch: usize,
  inverse: f32,
  to: usize,
): void {
  let x0 = v128.load(to)
  let x1 = v128.load(to, 16)
  let x2 = v128.load(to, 32)
  let x3 = v128.load(to, 48)
  for (let j: usize = 0; j < count; j++) {
    const factor = v128.load_splat<f32>(coefficient)
    x0 = f32x4.sub(x0, f32x4.mul(factor, v128.load(other)))
    x1 = f32x4.sub(x1, f32x4.mul(factor, v128.load(other, 16)))
    x2 = f32x4.sub(x2, f32x4.mul(factor, v128.load(other, 32)))
    x3 = f32x4.sub(x3, f32x4.mul(factor, v128.load(other, 48)))
    coefficient += along
    other += pitch
  }
  const scale = f32x4.splat(inverse)
  v128.store(to, f32x4.mul(scale, x0))
  v128.store(to, f32x4.mul(scale, x1), 16)
  v128.store(to, f32x4.mul(scale, x2), 32)
  v128.store(to, f32x4.mul(scale, x3), 48)
}

function eliminate(
  width: usize,
  count: usize,
  coefficient: usize,
  along: usize,
  other: usize,
  pitch: usize,
  inverse: f32,
  to: usize,
): void {
  for (let c: usize = 0; c < width << 2; c += 4) {
    let sum = load<f32>(to + c)
    for (let j: usize = 0; j < count; j++) {
      sum -= load<f32>(coefficient + j * along) * load<f32>(other + j * pitch + c)
    }
    store<f32>(to + c, inverse * sum)
  }
}
