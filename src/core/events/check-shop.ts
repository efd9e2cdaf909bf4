import { PURPOSES } from '../../contracts/consent.ts'
import type { Finding } from '../../contracts/import.ts'
import type { DataFacts } from '../ports.ts'
import { THRESHOLDS } from './check-thresholds.ts'
import { count, counted, day, finding, NOTHING_TO_DO, percent, shareOf } from './check-words.ts'

const DAY = 86_400_000

/** Whether there is enough to learn from, a range to recommend from, and shoppers who may be learned from. */
export function findInShop(facts: DataFacts, now: number): Finding[] {
  return [
    ...amount(facts),
    ...(facts.events > 0 ? history(facts, now) : []),
    ...catalogue(facts),
    ...(facts.profiles > 0 ? consent(facts) : []),
  ]
}

function amount(facts: DataFacts): Finding[] {
  if (facts.interactions === 0) {
    const words = {
      title: 'There is no history to learn from',
      detail: `The store holds ${counted(facts.events, 'event')} and not one names a product.`,
      todo: 'Import orders, for example with `storemind import csv-orders orders.csv --basis contract`.',
    }
    return [finding('no_history', 'blocker', words, facts.events)]
  }
  const { returningProfiles: returning, productsWithSupport: supported } = facts
  const learn = {
    title: 'Too few shoppers came back',
    detail: `${counted(returning, 'shopper')} of ${count(facts.profiles)} ordered twice or more, and ${counted(supported, 'product')} were bought by five shoppers or more.`,
    todo: 'Import a longer history. Until then recommendations fall back on what is popular.',
  }
  if (returning < THRESHOLDS.fewestReturning || supported < THRESHOLDS.fewestSupported) {
    return [finding('too_little_data', 'blocker', learn, returning, shareOf(returning, facts.profiles))]
  }
  if (returning < THRESHOLDS.enoughReturning) {
    const words = {
      ...learn,
      title: 'Few shoppers came back',
      todo: 'Train, but read the evaluation’s figures as rough; a longer history sharpens them.',
    }
    return [finding('little_data', 'warning', words, returning, shareOf(returning, facts.profiles))]
  }
  const words = { ...learn, title: 'There is enough to learn from', todo: NOTHING_TO_DO }
  return [finding('enough_data', 'good', words, returning, shareOf(returning, facts.profiles))]
}

function history({ from, to }: DataFacts, now: number): Finding[] {
  if (from === null || to === null) return []
  const days = Math.floor((to - from) / DAY) + 1
  const silent = Math.floor((now - to) / DAY)
  const span = `It runs from ${day(from)} to ${day(to)}, ${counted(days, 'day')}.`
  const found: Finding[] = []
  if (days < THRESHOLDS.shortHistoryDays) {
    const words = {
      title: 'The history is short',
      detail: `${span} Seasons and repeat purchases do not show in it.`,
      todo: 'Train, and import more of the past where there is some. Fewer days than training.validationDays validate where too little would be left before them.',
    }
    found.push(finding('short_history', 'warning', words, days))
  } else {
    const words = { title: 'The history is long enough', detail: span, todo: NOTHING_TO_DO }
    found.push(finding('history', 'good', words, days))
  }
  if (silent > THRESHOLDS.staleDays) {
    const words = {
      title: 'The history is old',
      detail: `The last event is ${counted(silent, 'day')} old. “Recent” is counted from today, so all of it looks long past.`,
      todo: 'Import what happened since. For a data set to try out, leave it.',
    }
    found.push(finding('stale', 'note', words, silent))
  }
  return found
}

function catalogue(facts: DataFacts): Finding[] {
  const live = facts.products - facts.productsDeleted
  const described = live - facts.productsUndescribed
  if (described <= 0) {
    const words = {
      title: 'The catalogue is empty',
      detail:
        facts.productsUndescribed > 0
          ? `${counted(facts.productsUndescribed, 'product')} are known by their id only, from events.`
          : 'No product was imported.',
      todo: 'Import the catalogue, for example with `storemind import google-merchant feed.xml`.',
    }
    return [finding('no_catalogue', 'blocker', words, facts.productsUndescribed)]
  }
  const orphans = shareOf(facts.productsUndescribed, live)
  const unpriced = shareOf(facts.productsWithoutPrice, described)
  const orphanWords = {
    title: 'Events name products that no feed describes',
    detail: `${counted(facts.productsUndescribed, 'product')} of ${count(live)} (${percent(orphans)}) have no title, price or stock: they teach, but are never shown.`,
    todo: 'Import the catalogue they belong to, or check that events and feed use the same ids (SKU or number, variant or product).',
  }
  const priceWords = {
    title: 'Products have no price',
    detail: `${counted(facts.productsWithoutPrice, 'product')} of ${count(described)} (${percent(unpriced)}) have none.`,
    todo: 'Add the price to the feed; without it they cannot be filtered or compared by price.',
  }
  const found: Finding[] = []
  if (orphans > THRESHOLDS.orphansNote) {
    const level = orphans > THRESHOLDS.orphansWarning ? 'warning' : 'note'
    found.push(finding('orphan_products', level, orphanWords, facts.productsUndescribed, orphans))
  }
  if (unpriced > 0) {
    const level = unpriced > THRESHOLDS.unpricedWarning ? 'warning' : 'note'
    found.push(finding('missing_prices', level, priceWords, facts.productsWithoutPrice, unpriced))
  }
  if (found.length === 0) {
    const words = {
      title: 'The catalogue describes what is sold',
      detail: `${counted(described, 'product')} with title and price.`,
      todo: NOTHING_TO_DO,
    }
    found.push(finding('catalogue', 'good', words, described, 1 - orphans))
  }
  return found
}

function consent(facts: DataFacts): Finding[] {
  const { consent: asked, contract, sample } = facts.profilesByBasis
  const bases = [
    asked > 0 && `${count(asked)} by consent`,
    contract > 0 && `${count(contract)} by the store’s terms`,
    sample > 0 && `${count(sample)} as a sample for trying out`,
  ].filter((words) => words !== false)
  const denied = PURPOSES.filter((purpose) => facts.profilesDenied[purpose] > 0)
    .map((purpose) => `${purpose.replace('_', ' ')} ${count(facts.profilesDenied[purpose])}`)
    .join(', ')
  const withheld = shareOf(facts.profilesDenied.personalisation, facts.profiles)
  const detail = `Shoppers may be profiled on these grounds: ${bases.join(', ') || 'none'}. Not for: ${denied || 'nobody'}.`
  const words = {
    title: 'Shoppers’ consent is known',
    detail,
    todo: sample > 0 && asked + contract > 0 ? 'Keep sample data in a store of its own.' : NOTHING_TO_DO,
  }
  if (withheld >= 1) {
    const all = {
      title: 'Nobody agreed to personalisation',
      detail: `${detail} Nothing may be learned from anyone.`,
      todo: 'Import the consent column with --basis consent --map consent=COLUMN, or state the basis that applies.',
    }
    return [finding('consent', 'blocker', all, facts.profilesDenied.personalisation, withheld)]
  }
  if (withheld > THRESHOLDS.withheldWarning) {
    const most = {
      title: 'Most shoppers did not agree to personalisation',
      detail: `${detail} The models learn from ${percent(1 - withheld)} of them.`,
      todo: 'Nothing, if it is so. Otherwise check that the consent column was mapped and read rightly.',
    }
    return [finding('consent', 'warning', most, facts.profilesDenied.personalisation, withheld)]
  }
  const mixed = sample > 0 && asked + contract > 0
  return [finding('consent', mixed ? 'warning' : 'good', words, facts.profilesDenied.personalisation, withheld)]
}
