import type { Decision } from '@storemind/client'
import { type AddCommand, collect, examples, optionsOf } from '../command.ts'
import { withClient } from '../connect.ts'
import { answer, commandLine, languageOf, wholeNumber } from '../context.ts'
import { table } from '../output/table.ts'

interface RecommendOptions {
  readonly profile?: string
  readonly limit?: string
  readonly placement?: string
  readonly product?: string
  readonly cart?: readonly string[]
  readonly category?: string
  readonly list?: readonly string[]
  readonly exclude?: readonly string[]
  readonly market?: string
  readonly seed?: string
  readonly capture?: boolean
  readonly personalise: boolean
}

export const addRecommend: AddCommand = (program, context) => {
  const command = program
    .command('recommend')
    .description('recommend products, each with its score and reasons')
    .option('--profile <id>', 'the shopper; left out: a first visit')
    .option('--limit <number>', 'how many products')
    .option('--placement <name>', 'home, product_page, cart, email_block, category, search, or one of your own')
    .option('--product <id>', 'the product that the page shows')
    .option('--cart <id>', 'a product in the cart; several times', collect)
    .option('--category <path>', 'the category whose products are ranked: "Home > Kitchen"')
    .option('--list <id>', 'a product of a list to be ranked anew; several times', collect)
    .option('--exclude <id>', 'a product not to show; several times', collect)
    .option('--market <name>', 'the market whose prices and stock count')
    .option('--seed <number>', 'fixes what is drawn at random')
    .option('--capture', 'keep what it is made from, so that it can be replayed')
    .option('--no-personalise', 'as for a shopper who says no to personalisation')
  examples(command, [
    'recommend --profile 17850 --limit 10',
    'recommend --placement product_page --product 85123A --language zh',
    'recommend --placement cart --cart 85123A --cart 22423 --json',
    'recommend --category "Home > Kitchen" --profile 17850',
    'recommend --list 85123A --list 22423 --profile 17850',
  ])
  command.action(async () => {
    const options = optionsOf<RecommendOptions>(command)
    const language = languageOf(options)
    const placement = options.placement ?? placementFor(options)
    const request = {
      personalise: options.personalise,
      ...(options.capture ? { capture: true } : {}),
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.limit === undefined ? {} : { limit: wholeNumber(options.limit, '--limit', 1, 500) }),
      ...(placement === undefined ? {} : { placement }),
      ...(options.product === undefined ? {} : { productId: options.product }),
      ...(options.cart === undefined ? {} : { cart: options.cart }),
      ...(options.category === undefined ? {} : { category: options.category }),
      ...(options.list === undefined ? {} : { list: options.list }),
      ...(options.exclude === undefined ? {} : { exclude: options.exclude }),
      ...(options.market === undefined ? {} : { market: options.market }),
      ...(options.seed === undefined ? {} : { seed: wholeNumber(options.seed, '--seed', 0, 0xffffffff) }),
      ...(language === undefined ? {} : { language }),
    }
    const { decisions } = await withClient(context, options, ({ client }) => client.recommend({ requests: [request] }))
    const [decision] = decisions
    if (decision !== undefined)
      answer(context, options, decision, () =>
        [
          decisionWords(decision),
          '',
          `Why so, in full: ${commandLine(context, options, `explain ${decision.id}`)}`,
        ].join('\n'),
      )
  })
}

/** The placement that takes what is given; undefined for the home page. */
function placementFor({ product, cart, category, list }: RecommendOptions): string | undefined {
  if (product !== undefined) return 'product_page'
  if (cart !== undefined) return 'cart'
  if (category !== undefined) return 'category'
  return list === undefined ? undefined : 'search'
}

export function decisionWords(decision: Decision): string {
  const { profile, placement, basis, modelVersion, items, refused } = decision
  const whom = profile === undefined ? 'a first visit' : `shopper ${profile}`
  const lines = [`For ${whom}, placement ${placement}: ${basis}, model version ${modelVersion ?? 'none'}`, '']
  if (items.length === 0) lines.push('Nothing can be shown here.')
  else {
    lines.push(
      table(
        [
          { title: '#', align: 'right' },
          { title: 'product' },
          { title: 'name' },
          { title: 'score', align: 'right' },
          { title: 'chance', align: 'right' },
          { title: 'why' },
        ],
        items.map((item) => [
          String(item.position),
          item.productId,
          item.name,
          item.score.toPrecision(3),
          item.chance === undefined ? '–' : `${(100 * item.chance).toPrecision(2)} %`,
          item.reasons.map(({ text }) => text).join('; '),
        ]),
      ),
    )
  }
  const reasons = Object.entries(refused).filter(([, n]) => n > 0)
  if (reasons.length > 0) {
    lines.push('', `Not shown: ${reasons.map(([policy, n]) => `${n} ${policy.replaceAll('_', ' ')}`).join(', ')}`)
  }
  return lines.join('\n')
}
