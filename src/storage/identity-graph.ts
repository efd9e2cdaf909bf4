/**
 * Which profiles are one shopper.
 *
 * Solves   the connected components of the active links, and in each one the row that stands for it
 * Given    rows of profiles; links between them; which rows are known customers (named by a userId)
 * Returns  row → canonical row. Canonical is the known customer, of whom there is at most one; without one, the
 *          smallest row that no link leads away from; where links run in a circle, the smallest row
 * Cost     O(rows + links)
 * Source   union by traversal; the rule that two known customers never merge is the product's
 * Differs  links are only ever added and undone, never rewritten, so the answer does not depend on their order
 */
export interface Link {
  readonly from: number
  readonly to: number
}

export function canonicalRows(
  rows: readonly number[],
  links: readonly Link[],
  isKnown: (row: number) => boolean,
): Map<number, number> {
  const neighbours = new Map<number, number[]>(rows.map((row) => [row, []]))
  const leadsAway = new Set<number>()
  for (const { from, to } of links) {
    neighbours.get(from)?.push(to)
    neighbours.get(to)?.push(from)
    if (from !== to) leadsAway.add(from)
  }
  const canonical = new Map<number, number>()
  for (const start of rows) {
    if (canonical.has(start)) continue
    const component = reach(start, neighbours)
    const head =
      component.find(isKnown) ??
      smallest(component.filter((row) => !leadsAway.has(row))) ??
      smallest(component) ??
      start
    for (const row of component) canonical.set(row, head)
  }
  return canonical
}

function reach(start: number, neighbours: ReadonlyMap<number, readonly number[]>): number[] {
  const seen = new Set([start])
  // A set is walked in the order of insertion, also over what is added on the way.
  for (const row of seen) for (const next of neighbours.get(row) ?? []) seen.add(next)
  return [...seen]
}

function smallest(rows: readonly number[]): number | undefined {
  return rows.length === 0 ? undefined : rows.reduce((a, b) => Math.min(a, b))
}
