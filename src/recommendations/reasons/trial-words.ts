import type { Language } from '../../contracts/decision.ts'
import type { RuleTrial } from '../../contracts/rule.ts'

type Numbers = Omit<RuleTrial, 'summary'>

/** What a rule would have changed, in sentences. */
export function trialSentences(trial: Numbers, language: Language): string[] {
  return language === 'zh' ? inChinese(trial) : inEnglish(trial)
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const things = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

function inEnglish(trial: Numbers): string[] {
  const { rule, decisions, changed, cameIn, wentOut, moved, shareBefore, shareAfter, products } = trial
  const skipped = Object.entries(trial.skipped)
  const [most] = products
  return [
    decisions === 0
      ? `No past decision could be decided again with the rule ${rule}.`
      : `Of ${things(decisions, 'past decision')}, ${changed} would have shown another list with the rule ${rule}.`,
    ...(decisions > 0 && changed === 0 ? ['It would have changed nothing: no list held a product that it moves.'] : []),
    ...(changed === 0
      ? []
      : [
          `${things(cameIn, 'item')} would have come in, ${wentOut} gone out, ${moved} stood at another position.`,
          `Its products would have held ${percent(shareAfter)} of all positions instead of ${percent(shareBefore)}.`,
        ]),
    ...(most === undefined ? [] : [`Most changed: ${most.name}, on ${most.after} lists instead of ${most.before}.`]),
    ...skipped.map(([cause, count]) => `${things(count, 'decision')} left out: ${SKIPS_EN[cause] ?? cause}.`),
  ]
}

function inChinese(trial: Numbers): string[] {
  const { rule, decisions, changed, cameIn, wentOut, moved, shareBefore, shareAfter, products } = trial
  const skipped = Object.entries(trial.skipped)
  const [most] = products
  return [
    decisions === 0
      ? `没有可以用规则 ${rule} 重新决定的历史决策。`
      : `在 ${decisions} 次历史决策中，加上规则 ${rule} 后有 ${changed} 次会给出不同的列表。`,
    ...(decisions > 0 && changed === 0 ? ['不会有任何变化：没有列表包含它会移动的商品。'] : []),
    ...(changed === 0
      ? []
      : [
          `新进入 ${cameIn} 件，移出 ${wentOut} 件，位置变动 ${moved} 件。`,
          `规则涉及的商品所占位置由 ${percent(shareBefore)} 变为 ${percent(shareAfter)}。`,
        ]),
    ...(most === undefined ? [] : [`变化最大：「${most.name}」，由 ${most.before} 个列表变为 ${most.after} 个。`]),
    ...skipped.map(([cause, count]) => `略过 ${count} 次决策：${SKIPS_ZH[cause] ?? cause}。`),
  ]
}

const SKIPS_EN: Readonly<Record<string, string>> = {
  placement_gone: 'their placement is no longer there',
  list_not_kept: 'the list that the store sent is not kept',
  shopper_gone: 'their shopper was erased',
  category_gone: 'their category has no products any more',
}

const SKIPS_ZH: Readonly<Record<string, string>> = {
  placement_gone: '其展示位已不存在',
  list_not_kept: '店铺发送的列表未保存',
  shopper_gone: '其顾客已被删除',
  category_gone: '其类别已无商品',
}
