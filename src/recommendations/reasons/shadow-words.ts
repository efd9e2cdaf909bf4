import type { Language } from '../../contracts/decision.ts'
import { formatMicros } from '../../contracts/money.ts'
import type { ShadowReport } from '../../contracts/shadow.ts'

type Numbers = Omit<ShadowReport, 'summary'>

/** What would have differed, in sentences. */
export function shadowSentences(report: Numbers, language: Language): string[] {
  return language === 'zh' ? inChinese(report) : inEnglish(report)
}

const percent = (share: number | null): string => (share === null ? '–' : `${(100 * share).toFixed(1)} %`)
const money = (micros: number | null): string =>
  micros === null ? '–' : formatMicros(10_000 * Math.round(micros / 10_000))
const tauOf = ({ tau }: Numbers['rankCorrelation']): string => (tau === null ? '–' : tau.toFixed(2))

function inEnglish(report: Numbers): string[] {
  const { decisions, overlap, rankCorrelation, coverage, popularity, priceMicros, currency, outcomes } = report
  if (decisions === 0) return [`No list was compared on the placement ${report.placement} in this time.`]
  const agreed = overlap.map(({ k, share }) => `${percent(share)} of the first ${k}`).join(', ')
  return [
    `On the placement ${report.placement}, ${decisions} lists of the store were compared with ours; nothing of ours was shown.`,
    `Both agree on ${agreed}; what both hold stands in a like order with a correlation of ${tauOf(rankCorrelation)}.`,
    `The store's lists held ${percent(coverage.store)} of the catalogue, ours ${percent(coverage.ours)}.`,
    `The mean product of the store's lists sells more than ${percent(popularity.store)} of the catalogue, of ours more than ${percent(popularity.ours)}.`,
    `The mean price is ${money(priceMicros.store)} ${currency ?? ''} on the store's lists and ${money(priceMicros.ours)} on ours.`,
    `${percent(report.soldOut)} of what the store showed was sold out, ${percent(report.unknown)} is in no catalogue that we have.`,
    outcomes.followed === 0
      ? `No purchase followed within ${outcomes.windowDays} days that could be compared: nothing is proven yet.`
      : `${outcomes.followed} lists were followed by a purchase within ${outcomes.windowDays} days: a bought product stood on both lists ${outcomes.both} times, on the store's alone ${outcomes.storeOnly}, on ours alone ${outcomes.oursOnly}, on neither ${outcomes.neither}.`,
    ...(outcomes.followed === 0
      ? []
      : ['People buy what they see, so this comparison favours the store’s list; an experiment decides.']),
  ]
}

function inChinese(report: Numbers): string[] {
  const { decisions, overlap, rankCorrelation, coverage, popularity, priceMicros, currency, outcomes } = report
  if (decisions === 0) return [`展示位 ${report.placement} 在此期间没有可比较的列表。`]
  const agreed = overlap.map(({ k, share }) => `前 ${k} 位 ${percent(share)}`).join(',')
  return [
    `展示位 ${report.placement} 上，店铺的 ${decisions} 个列表与我们的列表作了比较；我们的列表未展示。`,
    `两者一致的比例：${agreed}；共有商品的顺序相关系数为 ${tauOf(rankCorrelation)}。`,
    `店铺的列表覆盖目录的 ${percent(coverage.store)}，我们的覆盖 ${percent(coverage.ours)}。`,
    `店铺列表中的商品平均比目录中 ${percent(popularity.store)} 的商品畅销，我们的为 ${percent(popularity.ours)}。`,
    `店铺列表的平均价格为 ${money(priceMicros.store)} ${currency ?? ''}，我们的为 ${money(priceMicros.ours)}。`,
    `店铺展示的商品中 ${percent(report.soldOut)} 已售罄，${percent(report.unknown)} 不在我们收到的目录中。`,
    outcomes.followed === 0
      ? `${outcomes.windowDays} 天内没有可供比较的购买：尚未得到证明。`
      : `${outcomes.followed} 个列表在 ${outcomes.windowDays} 天内带来购买：所购商品同在两个列表 ${outcomes.both} 次，仅在店铺列表 ${outcomes.storeOnly} 次，仅在我们的列表 ${outcomes.oursOnly} 次，均不在 ${outcomes.neither} 次。`,
    ...(outcomes.followed === 0 ? [] : ['顾客会购买看到的商品，因此这一比较偏向店铺的列表；应以实验为准。']),
  ]
}
