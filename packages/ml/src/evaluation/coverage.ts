/**
 * The share of items that were recommended at least once.
 *
 * Source   catalogue coverage, Ge, Delgado-Battenfeld and Jannach, RecSys 2010
 * @param counts [items] how often each was recommended
 */
export function coverage(counts: Int32Array): number {
  if (counts.length === 0) return 0
  let shown = 0
  for (const count of counts) if (count > 0) shown++
  return shown / counts.length
}
