import { CodedError } from '../../contracts/errors.ts'
import { MOST_TEST_DAYS } from '../../contracts/model-version.ts'
import type { EvaluateParams, Frame } from '../contracts.ts'
import { historyBetween } from '../decide/history.ts'
import { DAY, type Shop } from '../training/shop.ts'
import { ordersOf } from './cases.ts'

/**
 * Why the test days that were asked for judge nobody: they are silent, or hold all that happened. Names a number of days
 * that would do: where history is long enough, as many beyond the silence as were asked for, else those with most cases.
 *
 * @returns NOTHING_TO_TEST, or TOO_LITTLE_DATA where no number would do
 * @cost O(lines · log lines of a user)
 */
export function nothingToTest(frame: Frame, shop: Shop, { testDays }: Pick<EvaluateParams, 'testDays'>): CodedError {
  const cases = casesByDays(frame, shop)
  const fewest = cases.findIndex((count) => count > 0)
  if (fewest < 0) {
    const problem =
      frame === 'home'
        ? 'no shopper came back for a second purchase'
        : 'no order of two products follows an earlier one'
    return new CodedError('TOO_LITTLE_DATA', { task: 'evaluate', problem })
  }
  const asMany = fewest - 1 + testDays
  const days =
    (cases[asMany] ?? 0) > 0 ? asMany : cases.indexOf(cases.reduce((most, count) => Math.max(most, count), 0))
  const sale = frame === 'home' ? 'purchase by a shopper who had bought before' : 'order of two products or more'
  const silent = fewest > testDays
  return new CodedError('NOTHING_TO_TEST', {
    testDays,
    problem: silent ? `the last ${sale} lies ${fewest - 1} days before their end` : 'too little was sold before them',
    until: new Date(shop.to - 1).toISOString().slice(0, 10),
    days,
  })
}

/** [MOST_TEST_DAYS + 1] how many could be judged with so many test days. */
function casesByDays(frame: Frame, { lines, from, to }: Shop): Int32Array {
  const { bought } = historyBetween(lines, from, to)
  const changes = new Int32Array(MOST_TEST_DAYS + 2)
  /** The test must begin after the first sale, so that something is known, and not after the one that is judged. */
  const judge = (first: number, judged: number) => {
    const fewest = Math.max(1, Math.ceil((to - judged) / DAY))
    const most = Math.min(MOST_TEST_DAYS, Math.ceil((to - first) / DAY) - 1)
    if (fewest > most) return
    changes[fewest]!++
    changes[most + 1]!--
  }
  if (frame === 'home') {
    for (let user = 0; user < bought.users; user++) {
      const [begin, end] = [bought.offsets[user]!, bought.offsets[user + 1]!]
      if (end > begin) judge(bought.at[begin]!, bought.at[end - 1]!)
    }
  } else {
    const first = bought.at.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
    for (const { at } of ordersOf(bought)) judge(first, at)
  }
  let count = 0
  return changes.subarray(0, MOST_TEST_DAYS + 1).map((change) => {
    count += change
    return count
  })
}
