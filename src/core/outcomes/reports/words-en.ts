import type { ReportWords } from './words.ts'

const visitors = (n: number) => (n === 1 ? '1 visitor' : `${n} visitors`)

export const EN: ReportWords = {
  draft: () => 'The experiment has not begun.',
  nobody: () => 'No visitor has come into the experiment yet.',
  unsound: (p, arms) =>
    `The split is not what the shares say (chi-square, p ${p}): ${arms} visitors, expected in brackets. Something puts or loses visitors in one arm only. Nothing is compared until that is found.`,
  sound: (p) => `The split is as the shares say (chi-square, p ${p}).`,
  better: ({ arm, baseline, currency, amount, low, high }) =>
    `${arm} brings more than ${baseline}: ${amount} ${currency} a visitor, 95 % interval ${low} to ${high}.`,
  worse: ({ arm, baseline, currency, amount, low, high }) =>
    `${arm} brings less than ${baseline}: ${amount} ${currency} a visitor less, 95 % interval ${low} to ${high}.`,
  notProven: ({ arm, baseline, currency, amount, low, high }) =>
    `Not proven yet that ${arm} differs from ${baseline}: ${amount} ${currency} a visitor, 95 % interval ${low} to ${high}, which holds zero.`,
  tooFew: ({ arm, baseline, currency }) =>
    `Not proven yet: there are too few purchases in ${currency} to compare ${arm} with ${baseline}.`,
  noPurchase: () => 'Not proven yet: nobody in the experiment has bought anything.',
  plannedEnd: () => 'The interval holds for this one look, at the end that was planned before the start.',
  everyLook: () =>
    'The interval holds however often one looks. Plan the days beforehand to get a narrower one at the end.',
  leftOut: (decisions) =>
    `${decisions === 1 ? '1 decision was' : `${decisions} decisions were`} for visitors who are left out: no id, no consent to analytics, an objection, or a bot.`,
  notCompared: (bots, withheld) =>
    `${visitors(bots + withheld)} of the arms are not compared: ${bots} marked as bots, ${withheld} not to be analysed any more.`,
  merged: (n) =>
    `${n === 1 ? '1 visitor was' : `${n} visitors were`} found to be one with a visitor of another arm, and counted in the first.`,
}
