/**
 * Y ← S·X for a sparse S given by rows (CSR) and dense X and Y.
 *
 * A strip of 16 columns of one row of Y stays in registers while the row's entries pass.
 *
 * Source   the row form of the product: Gustavson, ACM TOMS 1978
 * @param offsets i32 [rows + 1]: row r holds entries offsets[r] … offsets[r + 1] − 1, counted from `indices` and `values`
 * @param indices i32, rows of X
 * @param values f32
 * @param x f32, rows `xRow` floats apart; columns [columns] enter
 * @param y f32 [rows × columns], rows `yRow` floats apart
 */
export function sparseDense(
  rows: usize,
  columns: usize,
  offsets: usize,
  indices: usize,
  values: usize,
  x: usize,
  xRow: usize,
  y: usize,
  yRow: usize,
): void {
  for (let r: usize = 0; r < rows; r++) {
    const start = load<i32>(offsets + (r << 2)) as usize
    const count = (load<i32>(offsets + (r << 2), 4) as usize) - start
    const index = indices + (start << 2)
    const value = values + (start << 2)
    const to = y + ((r * yRow) << 2)
    let column: usize = 0
    for (; column + 16 <= columns; column += 16) {
      strip16(count, index, value, x + (column << 2), xRow << 2, to + (column << 2))
    }
    for (; column < columns; column++) {
      let sum: f32 = 0
      for (let e: usize = 0; e < count << 2; e += 4) {
        sum += load<f32>(value + e) * load<f32>(x + (((load<i32>(index + e) as usize) * xRow + column) << 2))
      }
      store<f32>(to + (column << 2), sum)
    }
  }
}

function strip16(count: usize, index: usize, value: usize, x: usize, pitch: usize, to: usize): void {
  let y0 = f32x4.splat(0)
  let y1 = y0
  let y2 = y0
  let y3 = y0
  for (let e: usize = 0; e < count << 2; e += 4) {
    const from = x + (load<i32>(index + e) as usize) * pitch
    const factor = v128.load_splat<f32>(value + e)
    y0 = f32x4.add(y0, f32x4.mul(factor, v128.load(from)))
    y1 = f32x4.add(y1, f32x4.mul(factor, v128.load(from, 16)))
    y2 = f32x4.add(y2, f32x4.mul(factor, v128.load(from, 32)))
    y3 = f32x4.add(y3, f32x4.mul(factor, v128.load(from, 48)))
  }
  v128.store(to, y0)
  v128.store(to, y1, 16)
  v128.store(to, y2, 32)
  v128.store(to, y3, 48)
}
