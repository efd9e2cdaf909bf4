/** How many things a person buys again and again, at most. */
export const HABITS = 6
/** How many lasting things a person remembers to have, the newest; nobody wants the same one again soon. */
export const BELONGINGS = 10

/**
 * What the simulation remembers of each visitor, column by column: 110 bytes a person, so that a million fit in memory.
 */
export class Habits {
  /** [visitors] visits so far */
  readonly visits: Uint16Array
  /** [visitors] a bit per device on which the person has logged in */
  readonly loggedIn: Uint8Array
  /** [visitors × HABITS] what is bought again, −1 for none */
  readonly product: Int32Array
  /** [visitors × HABITS] the day on which it will be used up */
  readonly due: Float32Array
  /** [visitors × BELONGINGS] families of lasting goods, −1 for none */
  readonly owned: Int32Array
  /** [visitors] where the next belonging is written down */
  private readonly nextOwned: Uint8Array

  constructor(visitors: number) {
    this.visits = new Uint16Array(visitors)
    this.loggedIn = new Uint8Array(visitors)
    this.product = new Int32Array(visitors * HABITS).fill(-1)
    this.due = new Float32Array(visitors * HABITS)
    this.owned = new Int32Array(visitors * BELONGINGS).fill(-1)
    this.nextOwned = new Uint8Array(visitors)
  }

  /** Where the visitor remembers the product, −1 where it does not. */
  find(row: number, product: number): number {
    for (let slot = row * HABITS; slot < (row + 1) * HABITS; slot++) if (this.product[slot] === product) return slot
    return -1
  }

  /** Remembers a product, in place of the one that was due first when all places are taken. */
  remember(row: number, product: number, due: number): void {
    let slot = this.find(row, product)
    if (slot < 0) slot = this.find(row, -1)
    if (slot < 0) {
      slot = row * HABITS
      for (let other = slot + 1; other < (row + 1) * HABITS; other++) {
        if (this.due[other]! < this.due[slot]!) slot = other
      }
    }
    this.product[slot] = product
    this.due[slot] = due
  }

  /** The first day after `day` on which something runs out, Infinity for none. */
  nextDue(row: number, day: number): number {
    let next = Number.POSITIVE_INFINITY
    for (let slot = row * HABITS; slot < (row + 1) * HABITS; slot++) {
      const due = this.due[slot]!
      if (this.product[slot] !== -1 && due > day && due < next) next = due
    }
    return next
  }

  owns(row: number, family: number): boolean {
    for (let at = row * BELONGINGS; at < (row + 1) * BELONGINGS; at++) if (this.owned[at] === family) return true
    return false
  }

  /** Writes a belonging down in place of the oldest. */
  own(row: number, family: number): void {
    if (this.owns(row, family)) return
    this.owned[row * BELONGINGS + this.nextOwned[row]!] = family
    this.nextOwned[row] = (this.nextOwned[row]! + 1) % BELONGINGS
  }
}
