import type { ContextualCause } from '../../contracts/decision.ts'
import type { ReasonWords } from './words.ts'

/** 中文理由。商品名照店铺原文,用「」括起;商品已下架而无名称时,句子仍然成立。 */
export const ZH: ReasonWords = {
  reasons: {
    bought_before: ({ times }) => (times === undefined ? '您以前买过' : `您买过 ${times} 次`),
    because_bought: ({ product }) => (product ? `因为您买过「${product}」` : '根据您买过的商品'),
    because_viewed: ({ product }) => (product ? `因为您看过「${product}」` : '根据您看过的商品'),
    because_in_cart: ({ product }) => (product ? `与购物车中的「${product}」相配` : '与购物车中的商品相配'),
    similar_to: ({ product, value }) =>
      product ? `与「${product}」相似${value ? `(${value})` : ''}` : '与您熟悉的商品相似',
    bought_together: ({ product }) => (product ? `常与「${product}」一起购买` : '常被一起购买'),
    people_like_you: () => '与您喜好相近的顾客也选了它',
    category_affinity: ({ value }) => (value ? `您常选购「${value}」类商品` : '来自您常选购的类别'),
    brand_affinity: ({ value }) => (value ? `您常选购「${value}」` : '来自您常选购的品牌'),
    popular: () => '店内热销',
    trending: () => '近期销量上升',
    new_arrival: () => '新品上架',
    exploration: () => '随机展示，以了解您是否喜欢',
    next_after: ({ product }) => (product ? `买过「${product}」的顾客接着常买` : '接下来常被购买'),
    placed_by_shop: () => '由店铺安排在此',
    favoured_by_shop: () => '店铺推荐',
    shop_order: () => '按店铺的排列顺序',
    in_category: () => '来自此类别',
  },
  summary: {
    decided: (placement, items) => `为展示位 ${placement} 选出了 ${items} 件商品。`,
    personalised: () => '经顾客同意，使用了其本人的历史记录。',
    contextual: (cause) => `未使用顾客的任何历史：${CAUSES[cause]}。`,
    model: (version) => `由第 ${version} 版模型排序。`,
    noModel: () => '当时没有投入使用的模型。',
    refused: (policy, count) => `${count} 件候选商品未采用：${REFUSALS[policy] ?? policy}。`,
    explored: (count) => `${count} 个位置由随机抽取填充，用于学习。`,
    floored: (count) => `${count} 个位置按新品保底比例随机给了新品。`,
    placed: (position, rule) => `第 ${position} 位由规则 ${rule} 安排。`,
    favoured: (position, rule) => `第 ${position} 位的商品由规则 ${rule} 提升。`,
    resting: (rule) => `规则 ${rule} 暂停：已达当日上限。`,
    attempts: (count) => `此前有 ${count} 个列表因超出上限而放弃。`,
    shadow: (shown) => `展示位处于影子模式：店铺展示了自己的 ${shown} 件商品，以上商品均未展示。`,
    nothing: () => '目录中没有可在此展示的商品。',
    inArm: (experiment, arm) => `此处正在进行实验「${experiment}」，该访客属于 ${arm} 组。`,
    leftOut: (experiment) => `此处正在进行实验「${experiment}」；因无标识或未经同意，该访客未纳入实验。`,
    heldOut: () => '结果未展示：该访客属于对照保留组，店铺展示了自己的默认内容。',
  },
}

const CAUSES: Readonly<Record<ContextualCause, string>> = {
  first_visit: '首次到访，尚无任何了解',
  no_consent: '顾客尚未同意',
  objection: '顾客已表示拒绝',
  bot: '访问者被判定为程序，而非真人',
}

const REFUSALS: Readonly<Record<string, string>> = {
  deleted: '已从目录删除',
  undescribed: '没有商品资料',
  out_of_stock: '缺货',
  price: '超出价格范围',
  excluded: '请求中排除',
  just_bought: '刚刚买过',
  anchor: '已在页面上或购物车中',
  variant: '已展示同款的其他规格',
  category_cap: '同类别商品过多',
  brand_cap: '同品牌商品过多',
  rule: '店铺规则排除',
  limit: '已达店铺规则规定的展示上限',
}
