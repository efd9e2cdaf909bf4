import { Check } from 'typebox/value'
import type { ContextualCause } from '../contracts/decision.ts'
import { Placement } from '../contracts/placement.ts'
import type { CatalogSnapshot } from '../core/catalog/snapshot.ts'
import { captureFacts, readFacts } from '../core/decisions/captured-facts.ts'
import {
  capturedPlan,
  capturePlan,
  readAscending,
  readCapturedRules,
  writeAscending,
} from '../core/decisions/rules/captured-plan.ts'
import type { StoredRule } from '../core/ports.ts'
import { ByteReader, ByteWriter } from '../core/profiles/bytes.ts'
import { contextual, decodeView } from '../core/profiles/consent.ts'
import { history } from '../core/profiles/features/history.ts'
import type { Scope } from './decide/candidates.ts'
import type { DecideInput } from './decide/decide.ts'
import type { MetProducts } from './decide/newcomers.ts'
import { REMEMBERED } from './features.ts'

/** Raised when what is written, or what decide makes of it, changes. */
const FORMAT = 1
/** A larger scope is not captured: its rows alone would take more than all else. */
export const LARGEST_SCOPE = 20_000

const CAUSES: readonly ContextualCause[] = ['first_visit', 'no_consent', 'objection', 'bot']
const SCOPES: readonly Scope['kind'][] = ['catalogue', 'category', 'list']

/**
 * All that a decision was made from but its model, as bytes: a few kilobytes.
 *
 * @param considered rows that policies and chance chose from
 * @param met products that came after training and that the models have met
 */
export function captureInputs(
  input: DecideInput,
  considered: Int32Array,
  met: MetProducts,
  catalog: CatalogSnapshot,
): Uint8Array {
  const { view, placement, anchors, scope, excluded, limit, market, now, seed, rules, resting } = input
  const to = new ByteWriter()
  to.u8(FORMAT)
  to.u8(view.basis === 'contextual' ? 1 + CAUSES.indexOf(view.cause) : 0)
  if (view.basis === 'personalised') view.encode(REMEMBERED, to)
  to.text(JSON.stringify(placement))
  to.text(market)
  for (const rows of [anchors, excluded, [...resting]]) {
    to.varint(rows.length)
    for (const row of rows) to.varint(row)
  }
  to.varint(limit)
  to.f64(now)
  to.u32(seed)
  to.u8(SCOPES.indexOf(scope.kind))
  if (scope.kind === 'category') writeAscending(scope.rows, to)
  if (scope.kind === 'list') {
    to.f64(scope.keepOrder)
    to.varint(scope.rows.length)
    for (const row of scope.rows) to.varint(row)
  }
  to.text(met.fingerprint)
  writeAscending(met.rows, to)
  const past = view.basis === 'personalised' ? view.value(history) : undefined
  const bought = past === undefined ? [] : past.products.subarray(0, past.length)
  const rows = Int32Array.from(new Set([...considered, ...anchors, ...bought]))
    .filter((row) => row >= 0)
    .sort()
  captureFacts(catalog, rows, market, to)
  capturePlan(rules, rows, { catalog, market, now }, to)
  return to.finish()
}

export interface CapturedInputs {
  readonly input: DecideInput
  readonly met: MetProducts
  readonly catalog: CatalogSnapshot
}

export type Unreadable = 'format_changed' | 'features_changed' | 'rule_gone'

/** @param versionsOf finds versions of rules by their rows */
export async function readInputs(
  bytes: Uint8Array,
  versionsOf: (rows: readonly number[]) => Promise<StoredRule[]>,
): Promise<CapturedInputs | Unreadable> {
  const from = new ByteReader(bytes)
  if (from.u8() !== FORMAT) return 'format_changed'
  const cause = from.u8()
  const view = cause === 0 ? decodeView(REMEMBERED, from) : contextual(CAUSES[cause - 1] ?? 'first_visit')
  if (view === undefined) return 'features_changed'
  const placement: unknown = JSON.parse(from.text())
  if (!Check(Placement, placement)) return 'format_changed'
  const market = from.text()
  const rowsOf = (): number[] => Array.from({ length: from.varint() }, () => from.varint())
  const [anchors, excluded, resting] = [rowsOf(), rowsOf(), rowsOf()]
  const limit = from.varint()
  const now = from.f64()
  const seed = from.u32()
  const scope = readScope(from, rowsOf)
  const met = { fingerprint: from.text(), rows: Int32Array.from(readAscending(from)) }
  const { catalog, rows } = readFacts(market, from)
  const captured = readCapturedRules(from, rows)
  const rules = capturedPlan(captured, await versionsOf(captured.map(({ row }) => row)))
  if (rules === 'rule_gone') return 'rule_gone'
  const input = {
    view,
    placement,
    anchors,
    scope,
    excluded,
    limit,
    market,
    now,
    seed,
    rules,
    resting: new Set(resting),
  }
  return { input, met, catalog }
}

function readScope(from: ByteReader, rowsOf: () => number[]): Scope {
  const kind = SCOPES[from.u8()]
  if (kind === 'category') return { kind, rows: Int32Array.from(readAscending(from)) }
  if (kind === 'list') return { kind, keepOrder: from.f64(), rows: Int32Array.from(rowsOf()) }
  return { kind: 'catalogue' }
}
