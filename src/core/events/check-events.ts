import type { Finding } from '../../contracts/import.ts'
import type { DataFacts } from '../ports.ts'
import { THRESHOLDS } from './check-thresholds.ts'
import { count, counted, finding, NOTHING_TO_DO, percent, shareOf } from './check-words.ts'

/** Whether the events say what happened: their times, copies, refunds, senders. */
export function findInEvents(facts: DataFacts): Finding[] {
  if (facts.events === 0) return []
  return [clock(facts), duplicates(facts), ...refunds(facts), ...bots(facts), ...giants(facts), ...nobody(facts)]
}

function clock(facts: DataFacts): Finding {
  const off = facts.eventsInFuture + facts.eventsTooOld
  const share = shareOf(off, facts.events)
  if (off === 0) {
    const words = {
      title: 'Times make sense',
      detail: 'No event lies after its arrival, or before the year 2000.',
      todo: NOTHING_TO_DO,
    }
    return finding('clock_skew', 'good', words, 0, 0)
  }
  const words = {
    title: 'Some events have impossible times',
    detail: `${count(facts.eventsInFuture)} lie more than a day after their arrival and ${count(facts.eventsTooOld)} before the year 2000 (${percent(share)} of all). They count as of their arrival, or of 2000.`,
    todo: 'Check the sender’s clock, and the zone and format of imported times (--timezone).',
  }
  return finding('clock_skew', share > THRESHOLDS.clockWarning ? 'warning' : 'note', words, off, share)
}

function duplicates(facts: DataFacts): Finding {
  const share = shareOf(facts.likelyDuplicates, facts.interactions)
  if (share <= THRESHOLDS.duplicatesNote) {
    const words = {
      title: 'Events came once',
      detail: `${counted(facts.likelyDuplicates, 'line repeats', 'lines repeat')} another one of the same shopper, product and minute.`,
      todo: NOTHING_TO_DO,
    }
    return finding('duplicates', 'good', words, facts.likelyDuplicates, share)
  }
  const words = {
    title: 'Some events look like copies',
    detail: `${counted(facts.likelyDuplicates, 'line')} (${percent(share)}) repeat another one of the same shopper, product, kind and minute under a different key.`,
    todo: 'See whether a tracker fires twice, or one history was imported from two exports; send a messageId that stays the same when a message is sent again.',
  }
  const level = share > THRESHOLDS.duplicatesWarning ? 'warning' : 'note'
  return finding('duplicates', level, words, facts.likelyDuplicates, share)
}

function refunds(facts: DataFacts): Finding[] {
  if (facts.orders === 0) return []
  const share = shareOf(facts.refunds, facts.orders)
  const unmatched = shareOf(facts.refundsUnmatched, facts.refunds)
  const many = share > THRESHOLDS.refundsWarning
  const words = {
    title: many ? 'Many orders were refunded' : facts.refunds > 0 ? 'Refunds are in keeping' : 'There are no refunds',
    detail: `${counted(facts.refunds, 'refund')} to ${counted(facts.orders, 'order')} (${percent(share)}).`,
    todo: many
      ? 'Check that refunds are imported once and as refunds; if they are, look at the products that come back.'
      : facts.refunds > 0
        ? NOTHING_TO_DO
        : 'Import refunds too, if the shop has any: what came back was not liked.',
  }
  const found = [
    finding('refunds', many ? 'warning' : facts.refunds > 0 ? 'good' : 'note', words, facts.refunds, share),
  ]
  if (facts.refundsUnmatched > 0) {
    const lost = {
      title: 'Refunds without an order',
      detail: `${counted(facts.refundsUnmatched, 'refund')} of ${count(facts.refunds)} (${percent(unmatched)}) name an order that is not in the history.`,
      todo: 'Import the orders before the export’s first day, or check that both exports number orders alike.',
    }
    const level = unmatched > THRESHOLDS.unmatchedWarning ? 'warning' : 'note'
    found.push(finding('refunds_unmatched', level, lost, facts.refundsUnmatched, unmatched))
  }
  return found
}

function bots(facts: DataFacts): Finding[] {
  const share = shareOf(facts.botEvents, facts.events)
  const many = share > THRESHOLDS.botsWarning
  const words = {
    title:
      facts.botEvents === 0
        ? 'No program was seen'
        : many
          ? 'Much of the traffic is programs'
          : 'Programs were seen and left out',
    detail: botWords(facts, share),
    todo: many ? 'Filter known crawlers before they reach the tracker, and look at their user agents.' : NOTHING_TO_DO,
  }
  return [finding('bots', many ? 'warning' : 'good', words, facts.botEvents, share)]
}

/** Events are known by their user agent, or because their profile was marked. */
function botWords({ botEvents, bots }: DataFacts, share: number): string {
  if (botEvents === 0) return 'No event is by a user agent of a program, or of a profile that is marked as one.'
  const marked = bots > 0 ? ` or because ${counted(bots, 'profile is', 'profiles are')} marked as such` : ''
  const come = botEvents === 1 ? 'comes from a program, known by its' : 'come from programs, known by their'
  return `${counted(botEvents, 'event')} (${percent(share)}) ${come} user agent${marked}. They are kept, and never train or count.`
}

function giants(facts: DataFacts): Finding[] {
  if (facts.profilesOver10k === 0) return []
  const words = {
    title: 'A few profiles hold very many events',
    detail: `${counted(facts.profilesOver10k, 'profile')} with more than ${count(THRESHOLDS.giantEvents)} events, the largest with ${count(facts.largestProfile)}: a shared login, a till, a tester or a program.`,
    todo: 'See who they are. Give guests and tills an id per visit, and leave testers out.',
  }
  return [finding('giant_profiles', 'warning', words, facts.profilesOver10k)]
}

function nobody(facts: DataFacts): Finding[] {
  const share = shareOf(facts.eventsWithoutProfile, facts.events)
  if (share <= THRESHOLDS.anonymousWarning) return []
  const words = {
    title: 'Many events name no shopper',
    detail: `${counted(facts.eventsWithoutProfile, 'event')} (${percent(share)}) belong to no profile.`,
    todo: 'Send userId or anonymousId with every event.',
  }
  return [finding('no_profile', 'warning', words, facts.eventsWithoutProfile, share)]
}
