import type { Language, Replay, ReplayObstacle } from '../../contracts/decision.ts'

/** What came of a replay, in sentences. */
export function replaySentences(outcome: Replay['outcome'], language: Language, obstacle?: ReplayObstacle): string[] {
  const words = language === 'zh' ? ZH : EN
  return [words.outcomes[outcome], ...(obstacle === undefined ? [] : [words.obstacles[obstacle]])]
}

interface ReplayWords {
  readonly outcomes: Readonly<Record<Replay['outcome'], string>>
  readonly obstacles: Readonly<Record<ReplayObstacle, string>>
}

const EN: ReplayWords = {
  outcomes: {
    identical: 'Decided again from its captured inputs, it comes out the same, bit by bit.',
    different: 'Decided again from its captured inputs, it comes out otherwise: the program that decides has changed.',
    not_replayable: 'It cannot be decided again; `explain` still tells it from its record.',
  },
  obstacles: {
    not_captured:
      'Its inputs were not captured: it was not in the sampled share, and the request did not ask for it with "capture".',
    inputs_gone: 'Its inputs were captured and are gone: their time was over, or the shopper was erased.',
    format_changed: 'Its inputs were captured by another version of Storemind, whose form this one does not read.',
    features_changed: 'What is remembered of a shopper has another form now than when it was captured.',
    model_gone: 'The model version that decided is not there any more, or its files are damaged.',
    rule_gone: 'A rule that was in force is not kept any more.',
    newcomers_changed: 'Products that came after the training of its model are described in other words now.',
  },
}

const ZH: ReplayWords = {
  outcomes: {
    identical: '根据当时保存的输入重新决策，结果逐位相同。',
    different: '根据当时保存的输入重新决策，结果不同：决策程序已有变化。',
    not_replayable: '无法重新决策；explain 仍可根据记录说明。',
  },
  obstacles: {
    not_captured: '当时未保存输入：不在抽样范围内，请求也未用 "capture" 要求保存。',
    inputs_gone: '输入曾被保存，现已不存在：已过保存期，或顾客已被删除。',
    format_changed: '输入由另一版本的 Storemind 保存，本版本无法读取。',
    features_changed: '顾客记忆的格式与保存时不同。',
    model_gone: '当时的模型版本已不存在，或其文件已损坏。',
    rule_gone: '当时生效的某条规则已不再保存。',
    newcomers_changed: '模型训练之后上架的商品，其资料现已改变。',
  },
}
