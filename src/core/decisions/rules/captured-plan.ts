import type { ProductRow, StoredRule } from '../../ports.ts'
import type { ByteReader, ByteWriter } from '../../profiles/bytes.ts'
import { bitsFor, hasBit, setBit } from './bits.ts'
import type { Moment } from './condition.ts'
import { type PlannedRule, planOf, type RulePlan } from './rule-set.ts'

/**
 * Which rules were in force, and of which of the given products each spoke at the moment of the decision.
 *
 * @format varint n rules, then (varint row; varint n matches, then a varint each: the place among `rows` minus the
 *   place before; varint n own, then a varint each) each
 */
export function capturePlan(plan: RulePlan | undefined, rows: Int32Array, moment: Moment, to: ByteWriter): void {
  const rules = plan?.rules ?? []
  to.varint(rules.length)
  for (const { row, own, matches } of rules) {
    to.varint(row)
    writeAscending(
      placesOf(rows, (product) => matches(product, moment)),
      to,
    )
    const owned = own.filter((product) => matches(product, moment))
    to.varint(owned.length)
    for (const product of owned) to.varint(product)
  }
}

/** A rule as it was captured: its words are found by its row. */
export type CapturedRule = Pick<PlannedRule, 'row' | 'own' | 'bits'>

export function readCapturedRules(from: ByteReader, rows: Int32Array): CapturedRule[] {
  return Array.from({ length: from.varint() }, () => {
    const row = from.varint()
    const bits = bitsFor((rows.at(-1) ?? -1) + 1)
    for (const place of readAscending(from)) setBit(bits, rows[place] ?? 0, true)
    const own: ProductRow[] = Array.from({ length: from.varint() }, () => from.varint())
    return { row, bits, own }
  })
}

/** @returns `rule_gone` where the words of one are not among the versions */
export function capturedPlan(
  captured: readonly CapturedRule[],
  versions: readonly StoredRule[],
): RulePlan | undefined | 'rule_gone' {
  const rules = captured.flatMap((one): PlannedRule[] => {
    const version = versions.find(({ row }) => row === one.row)
    return version === undefined
      ? []
      : [{ ...one, rule: version.rule, matches: (product) => hasBit(one.bits, product) }]
  })
  if (rules.length < captured.length) return 'rule_gone'
  return rules.length === 0 ? undefined : planOf(rules, 32 * Math.max(...rules.map(({ bits }) => bits.length)))
}

function placesOf(rows: Int32Array, isOf: (row: ProductRow) => boolean): number[] {
  const places: number[] = []
  rows.forEach((row, place) => {
    if (isOf(row)) places.push(place)
  })
  return places
}

export function writeAscending(numbers: ArrayLike<number> & Iterable<number>, to: ByteWriter): void {
  to.varint(numbers.length)
  let before = 0
  for (const number of numbers) {
    to.varint(number - before)
    before = number
  }
}

export function readAscending(from: ByteReader): number[] {
  const numbers: number[] = []
  let last = 0
  for (let n = from.varint(); n > 0; n--) {
    last += from.varint()
    numbers.push(last)
  }
  return numbers
}
