/** Names by small numbers. The numbers hold within one snapshot only. */
export interface Interned {
  readonly size: number
  name(index: number): string | undefined
  /** −1 where no product has the name. */
  index(name: string): number
}

export class Interning implements Interned {
  readonly #names: string[] = []
  readonly #indices = new Map<string, number>()

  get size(): number {
    return this.#names.length
  }

  add(name: string): number {
    const known = this.#indices.get(name)
    if (known !== undefined) return known
    this.#indices.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  name(index: number): string | undefined {
    return this.#names[index]
  }

  index(name: string): number {
    return this.#indices.get(name) ?? -1
  }
}
