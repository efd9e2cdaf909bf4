import type { Csr } from '../frame/csr.ts'
import type { Interactions } from '../frame/interactions.ts'
import type { FitRun } from '../frame/model.ts'
import { pause } from '../frame/run.ts'
import { BlockSymmetric } from './block-symmetric.ts'
import type { Equations, GrownCover } from './further-covered.ts'
import { gramOf } from './gram.ts'
import { eachMoment } from './moments.ts'
import type { SlistParams } from './slist.ts'

/** Bytes that the equations take for so many known and new items. */
export function slistEquationsBytes(covered: number, fresh: number): number {
  return BlockSymmetric.bytes(covered + fresh) + 8 * fresh * (covered + fresh)
}

/**
 * SLIST's normal equations, of the right side only what touches new items.
 *
 * Returns  A = (1 − f)·XᵀX + f·SᵀWS + l2·I, and of C = (1 − f)·XᵀX + f·SᵀWT the rows and columns of new items
 * Cost     as SLIST gathers its own: Σ_u n_u²/2 + O(moments · momentItems²) additions
 * Source   Choi et al., Session-aware Linear Item-Item Models for Session-based Recommendation, WWW 2021, §4
 */
export async function slistEquations(
  data: Interactions,
  x: Csr,
  { places, first }: GrownCover,
  params: Readonly<SlistParams>,
  run: FitRun,
): Promise<Equations> {
  const share = params.futureShare
  const scale = Math.sqrt(1 - share)
  const a = await gramOf({ ...x, values: x.values.map((value) => scale * value) }, places, run)
  const told = Array.from({ length: places.length - first }, () => new Float32Array(places.length))
  const asked = told.map(() => new Float32Array(places.length))
  const row = new Float64Array(places.length)
  for (let r = 0; r < told.length; r++) {
    a.copyRow(first + r, row)
    told[r]!.set(row)
    asked[r]!.set(row)
  }
  if (share > 0) {
    const place = new Int32Array(data.items).fill(-1)
    places.forEach((item, p) => {
      place[item] = p
    })
    await eachMoment(
      data,
      place,
      params,
      (past, future, weight) => {
        for (let s = 0; s < past.count; s++) {
          const i = past.items[s]!
          const value = share * weight * past.values[s]!
          for (let t = 0; t < past.count; t++) {
            if (past.items[t]! <= i) a.add(i, past.items[t]!, value * past.values[t]!)
          }
          for (let t = 0; t < future.count; t++) {
            const j = future.items[t]!
            if (i >= first) told[i - first]![j]! += value * future.values[t]!
            if (j >= first) asked[j - first]![i]! += value * future.values[t]!
          }
        }
      },
      () => pause(run, 0.1),
    )
    a.mirrorDiagonal()
  }
  for (let i = 0; i < places.length; i++) a.add(i, i, params.l2)
  return {
    a,
    asked: (j, out) => out.set(asked[j - first]!),
    told: (n, out) => out.set(told[n - first]!),
  }
}
