import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../bytes.ts'
import { decayedMap, shares, strength } from './decayed-map.ts'
import { type Distinct, distinct } from './distinct.ts'
import { latest } from './latest.ts'
import { type SequenceLine, sequence } from './sequence.ts'
import type { StateType } from './state-type.ts'
import { totals } from './totals.ts'

/** What every kind of state promises, checked on random writes. */
interface StateContract<S, W> {
  readonly type: StateType<S, W>
  /** Writes within the bounds in which the kind is exact. */
  readonly writes: fc.Arbitrary<W>
  /** What is compared: everything that the state means, rounded where the kind says that it rounds. */
  readonly meaning: (state: S) => unknown
  readonly maxWrites?: number
}

function stateContract<S, W>(name: string, contract: StateContract<S, W>): void {
  const { type, writes, meaning, maxWrites = 60 } = contract
  const many = fc.array(writes, { maxLength: maxWrites })
  const fold = (all: readonly W[]): S => {
    const state = type.empty()
    for (const write of all) type.fold(state, write)
    return state
  }
  const encode = (state: S): Uint8Array => {
    const writer = new ByteWriter()
    type.encode(state, writer)
    return writer.finish()
  }
  const decode = (bytes: Uint8Array): S => type.decode(new ByteReader(bytes))

  describe(`${name} as a kind of state`, () => {
    it('does not depend on the order of writes', () => {
      const shuffled = many.chain((all) =>
        fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
      )
      fc.assert(
        fc.property(shuffled, ([all, other]) => {
          expect(meaning(fold(other))).toEqual(meaning(fold(all)))
        }),
        // Rounded meanings could differ by chance in one run in a million.
        { seed: 7 },
      )
    })

    it('merges to what the writes of both would have left, and leaves the other as it was', () => {
      fc.assert(
        fc.property(many, many, (mine, theirs) => {
          const state = fold(mine)
          const other = fold(theirs)
          const before = encode(other)
          type.merge(state, other)
          expect(meaning(state)).toEqual(meaning(fold([...mine, ...theirs])))
          expect(encode(other)).toEqual(before)
        }),
        // Rounded meanings could differ by chance in one run in a million.
        { seed: 7 },
      )
    })

    it('comes back from its bytes and goes on from there', () => {
      fc.assert(
        fc.property(many, many, (before, after) => {
          const state = decode(encode(fold(before)))
          expect(meaning(state)).toEqual(meaning(fold(before)))
          for (const write of after) type.fold(state, write)
          expect(meaning(state)).toEqual(meaning(fold([...before, ...after])))
        }),
        // Rounded meanings could differ by chance in one run in a million.
        { seed: 7 },
      )
    })
  })
}

const DAY = 86_400_000
const at = fc.integer({ min: -2 * DAY, max: 400 * DAY })
const key = fc.constantFrom('', 'a', 'b', 'Haus > Küche', '杯子', '__proto__')
const rounded = (value: number) => Number(value.toPrecision(9))

stateContract('latest', { type: latest, writes: at, meaning: (state) => state.at })

stateContract('totals', {
  type: totals(8),
  writes: fc.record({ key, amount: fc.integer({ min: -1e12, max: 1e12 }) }),
  meaning: (state) => [...state].sort(),
})

const seen = ({ count, recent }: Distinct) => ({ count, recent: [...recent].sort((a, b) => a[0] - b[0]) })
stateContract('distinct', {
  type: distinct(64),
  writes: fc.record({ name: fc.integer({ min: 0xffffffc0, max: 0xffffffff }), at }),
  meaning: seen,
})

stateContract('decayed map', {
  type: decayedMap(30, 8),
  writes: fc.record({ key, weight: fc.double({ min: 0.01, max: 100, noNaN: true }), at }),
  meaning: (state) => [...state].map(([name, entry]) => [name, entry.at, rounded(entry.value)]).sort(),
})

const line: fc.Arbitrary<SequenceLine> = fc.record({
  at,
  product: fc.integer({ min: 0, max: 2_000_000 }),
  kind: fc.integer({ min: 0, max: 15 }),
  quantity: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(0.5, -1, 16_777_216, Math.fround(1e30))),
  basket: fc.integer({ min: 0, max: 0xffffffff }),
})

for (const [name, cap, slack] of [
  ['sequence with room', 500, 128],
  ['sequence that overflows', 10, 3],
] as const) {
  stateContract(name, {
    type: sequence(cap, slack),
    writes: line,
    meaning: (state) =>
      Array.from({ length: Math.min(cap, state.length) }, (_, i) => {
        const place = Math.max(0, state.length - cap) + i
        return [state.at[place], state.basket[place], state.kind[place], state.product[place], state.quantity[place]]
      }),
  })
}

describe('decayed map', () => {
  const map = decayedMap(10, 4)

  it('halves a weight with every half-life', () => {
    const state = map.empty()
    map.fold(state, { key: 'a', weight: 8, at: 0 })
    expect(strength(state, 10, 20 * DAY)).toBeCloseTo(2, 12)
    map.fold(state, { key: 'b', weight: 2, at: 20 * DAY })
    expect(shares(state, 10)).toEqual(
      new Map([
        ['a', 0.5],
        ['b', 0.5],
      ]),
    )
  })

  it('keeps the strongest keys when there are more than twice its cap', () => {
    const state = map.empty()
    for (let i = 0; i < 9; i++) map.fold(state, { key: `k${i}`, weight: 1, at: i * DAY })
    expect([...state.keys()].sort()).toEqual(['k5', 'k6', 'k7', 'k8'])
  })

  it('gives shares even where every weight has decayed below the smallest number', () => {
    const state = map.empty()
    map.fold(state, { key: 'a', weight: 1, at: 0 })
    map.fold(state, { key: 'b', weight: 3, at: 0 })
    expect(strength(state, 10, 1e6 * DAY)).toBe(0)
    expect(shares(state, 10).get('b')).toBeCloseTo(0.75, 12)
  })
})

describe('distinct', () => {
  it('counts every thing once over a long history told in parts', () => {
    const orders = distinct(4)
    const state = orders.empty()
    for (let order = 0; order < 1000; order++) {
      orders.fold(state, { name: order, at: order })
      orders.fold(state, { name: order, at: order })
    }
    expect(state.count).toBe(1000)
    expect(state.recent.size).toBeLessThan(8)
  })
})

describe('totals', () => {
  it('drops keys beyond its cap and sums beyond what is exact', () => {
    const sums = totals(1)
    const state = sums.empty()
    sums.fold(state, { key: 'EUR', amount: 2 ** 51 })
    sums.fold(state, { key: 'EUR', amount: 2 ** 52 })
    sums.fold(state, { key: 'USD', amount: 1 })
    expect([...state]).toEqual([['EUR', 2 ** 51]])
  })
})
