import type { Csr } from '../frame/csr.ts'

/**
 * Each row divided by its Euclidean norm to the power given: above 0 long rows count less.
 *
 * Source   the normalisations of users in Fu et al., LinkProp, WSDM 2022, eq. 7
 */
export function lengthNormalised(x: Csr, power: number): Csr {
  if (power === 0) return x
  const values = x.values.slice()
  for (let u = 0; u < x.rows; u++) {
    const row = values.subarray(x.offsets[u], x.offsets[u + 1])
    let square = 0
    for (const value of row) square += value * value
    const scale = square ** (-power / 2)
    for (let e = 0; e < row.length; e++) row[e]! *= scale
  }
  return { ...x, values }
}
