/** Four vectors, transposed. */
export function across(r0: v128, r1: v128, r2: v128, r3: v128, to: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5)
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5)
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7)
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2))
  v128.store(to, v128.shuffle<f64>(low01, low23, 1, 3), 16)
  v128.store(to, v128.shuffle<f64>(high01, high23, 0, 2), 32)
  v128.store(to, v128.shuffle<f64>(high01, high23, 1, 3), 48)
}

/** Four arrays of n numbers, n a multiple of 4, as n vectors with one lane an array. */
export function spread(n: usize, r0: usize, r1: usize, r2: usize, r3: usize, to: usize): void {
  for (let i: usize = 0; i < n << 2; i += 16) {
    across(v128.load(r0 + i), v128.load(r1 + i), v128.load(r2 + i), v128.load(r3 + i), to)
    to += 64
  }
}
