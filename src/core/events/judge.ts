import type { DataCheck, Finding } from '../../contracts/import.ts'
import type { DataFacts } from '../ports.ts'
import { findInEvents } from './check-events.ts'
import { findInShop } from './check-shop.ts'

const WORST_FIRST: readonly Finding['level'][] = ['blocker', 'warning', 'note', 'good']

/**
 * Judges a store's data before a model is trained on it, in words that its engineer can act on. Good news is told, too:
 * a check that only complains does not say what was looked at.
 * @param now UTC milliseconds
 * @returns findings, the worst first; the worst decides the verdict
 */
export function judge(facts: DataFacts, now: number): DataCheck {
  const findings = [...findInShop(facts, now), ...findInEvents(facts)]
  findings.sort((a, b) => WORST_FIRST.indexOf(a.level) - WORST_FIRST.indexOf(b.level))
  const worst = findings[0]?.level
  return {
    verdict: worst === 'blocker' ? 'not_ready' : worst === 'warning' ? 'ready_with_warnings' : 'ready',
    findings,
    summary: {
      products: facts.products,
      profiles: facts.profiles,
      events: facts.events,
      orders: facts.orders,
      interactions: facts.interactions,
      from: facts.from,
      to: facts.to,
    },
  }
}
