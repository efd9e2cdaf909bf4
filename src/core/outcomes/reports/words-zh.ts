import type { ReportWords } from './words.ts'

export const ZH: ReportWords = {
  draft: () => '实验尚未开始。',
  nobody: () => '还没有访客进入实验。',
  unsound: (p, arms) =>
    `分流与设定的比例不符（卡方检验，p ${p}）：${arms} 位访客，括号内为应有人数。某处只在一个组里多放或遗失了访客；查明之前不作任何比较。`,
  sound: (p) => `分流与设定的比例相符（卡方检验，p ${p}）。`,
  better: ({ arm, baseline, currency, amount, low, high }) =>
    `${arm} 组优于 ${baseline} 组：每位访客多 ${amount} ${currency}，95% 区间 ${low} 至 ${high}。`,
  worse: ({ arm, baseline, currency, amount, low, high }) =>
    `${arm} 组不如 ${baseline} 组：每位访客少 ${amount} ${currency}，95% 区间 ${low} 至 ${high}。`,
  notProven: ({ arm, baseline, currency, amount, low, high }) =>
    `尚未证实 ${arm} 组与 ${baseline} 组有差别：每位访客 ${amount} ${currency}，95% 区间 ${low} 至 ${high}，其中包含零。`,
  tooFew: ({ arm, baseline, currency }) =>
    `尚未证实：以 ${currency} 计的购买太少，无法比较 ${arm} 组与 ${baseline} 组。`,
  noPurchase: () => '尚未证实：实验中还没有人购买。',
  plannedEnd: () => '该区间适用于开始前就计划好的结束时刻的这一次查看。',
  everyLook: () => '无论查看多少次，该区间都成立。事先设定天数，结束时可得到更窄的区间。',
  leftOut: (decisions) => `${decisions} 次决策的访客未纳入实验：无标识、未同意分析、已表示拒绝，或为机器人。`,
  notCompared: (bots, withheld) =>
    `${bots + withheld} 位已分组的访客不参与比较：${bots} 位被标记为机器人，${withheld} 位不再允许分析。`,
  merged: (n) => `${n} 位访客后来被认出与另一组的访客为同一人，计入最先的组。`,
}
