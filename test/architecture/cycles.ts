/**
 * Solves   the strongly connected components of a directed graph that hold a cycle
 * Given    edges: node → the nodes it points to
 * Returns  each such component's nodes, sorted; a node that points to itself is one
 * Cost     O(nodes + edges), on a stack of its own, so that depth is no limit
 * Source   Tarjan, SIAM Journal on Computing 1(2), 1972, §4
 */
export function cycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const number = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found: string[][] = []

  for (const root of edges.keys()) {
    if (number.has(root)) continue
    const path = [enter(root)]
    for (let frame = path.at(-1); frame; frame = path.at(-1)) {
      const { node, targets } = frame
      const target = targets[frame.next++]
      if (target === undefined) {
        path.pop()
        const parent = path.at(-1)?.node
        if (parent !== undefined) low.set(parent, Math.min(low.get(parent) ?? 0, low.get(node) ?? 0))
        if (low.get(node) === number.get(node)) close(node)
      } else if (!number.has(target)) path.push(enter(target))
      else if (isOpen.has(target)) low.set(node, Math.min(low.get(node) ?? 0, number.get(target) ?? 0))
    }
  }
  return found

  function enter(node: string) {
    number.set(node, number.size)
    low.set(node, number.get(node) ?? 0)
    open.push(node)
    isOpen.add(node)
    return { node, targets: edges.get(node) ?? [], next: 0 }
  }

  function close(root: string): void {
    const component = open.splice(open.lastIndexOf(root))
    for (const node of component) isOpen.delete(node)
    if (component.length > 1 || edges.get(root)?.includes(root)) found.push(component.sort())
  }
}
