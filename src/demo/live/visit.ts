import type { Client, Decision, DecisionRequest } from '@storemind/client'
import type { SegmentMessage } from '../../contracts/event.ts'
import { formatMicros } from '../../contracts/money.ts'
import { CURRENCY } from '../catalogue/describe.ts'
import { Draws } from '../random.ts'
import { anonymousId, shopperOf, userId } from '../shoppers/shopper.ts'
import { STREAMS } from '../streams.ts'
import type { World } from '../world.ts'
import type { Answered, Choices, Worth } from './choices.ts'

/** The public API, as shoppers need it. Two clients where reading and writing have a key each. */
export interface Shop {
  readonly reader: Pick<Client, 'recommend'>
  readonly writer: Pick<Client, 'batch'>
}

/** What came of one look at a placement. */
export interface LiveVisit {
  readonly shopper: number
  /** The arm of the experiment on the placement; undefined where none runs or the visitor is left out. */
  readonly arm: string | undefined
  readonly holdout: boolean
  readonly decision: string
  readonly basis: Decision['basis']
  readonly answered: Answered
  /** What the shopper paid, micros. */
  readonly micros: number
  /** True worth of what was shown, and of what the store would have shown without a recommender. */
  readonly shown: Worth
  readonly own: Worth
}

export interface VisitPlan {
  readonly world: World
  readonly choices: Choices
  readonly shop: Shop
  readonly placement: string
  readonly size: number
  /** Of the simulation; another seed is another course of the same store's life. */
  readonly seed: number
}

/**
 * Lets one shopper look at a placement: asks for a decision, sees, clicks and buys, and tells so. Ids of messages follow
 * from the seed and the number of the visit, so that the same visit, told again, counts once.
 */
export async function visitLive(plan: VisitPlan, shopper: number, number: number): Promise<LiveVisit> {
  const { world, choices, shop, placement, size, seed } = plan
  const person = shopperOf(world.options, shopper)
  const identity = person.guest ? { anonymousId: anonymousId(shopper, 0) } : { userId: userId(shopper) }
  const decision = await decide(shop, {
    placement,
    limit: size,
    profile: identity.userId ?? identity.anonymousId,
  })
  const own = choices.bestsellers(size)
  const isHoldout = decision.holdout === true
  const list = isHoldout ? own : decision.items.map(({ productId }) => productId)
  const draws = new Draws(seed, STREAMS.live, number)
  const answered = choices.answer(shopper, list, draws)
  const order = `live-${seed}-${number}`
  const message = (name: string, event: string, properties: Record<string, unknown>): SegmentMessage => ({
    type: 'track',
    messageId: `${order}-${name}`,
    ...identity,
    event,
    properties,
    context: {
      userAgent: AGENT,
      consent: { categoryPreferences: { personalisation: person.consents, analytics: true } },
    },
  })
  const item = (position: number) => {
    const token = isHoldout ? undefined : decision.items[position - 1]?.token
    return {
      product_id: list[position - 1] ?? '',
      position,
      ...(token === undefined ? {} : { decision_token: token }),
    }
  }
  const micros = answered.bought.reduce((sum, position) => sum + choices.price(list[position - 1] ?? ''), 0)
  const messages = [
    ...(answered.seen.length === 0
      ? []
      : [message('seen', 'Product List Viewed', { list_id: placement, products: answered.seen.map(item) })]),
    ...answered.clicked.flatMap((position) => [
      message(`click-${position}`, 'Product Clicked', item(position)),
      message(`view-${position}`, 'Product Viewed', { product_id: list[position - 1] }),
    ]),
    ...(answered.bought.length === 0
      ? []
      : [
          message('order', 'Order Completed', {
            order_id: order,
            currency: CURRENCY,
            total: Number(formatMicros(micros)),
            products: answered.bought.map((position) => ({
              product_id: list[position - 1],
              quantity: 1,
              price: Number(formatMicros(choices.price(list[position - 1] ?? ''))),
            })),
          }),
        ]),
  ]
  if (messages.length > 0) await shop.writer.batch({ batch: messages })
  return {
    shopper,
    arm: decision.experiment?.arm,
    holdout: isHoldout,
    decision: decision.id,
    basis: decision.basis,
    answered,
    micros,
    shown: choices.worth(shopper, list),
    own: choices.worth(shopper, own),
  }
}

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36'

async function decide({ reader }: Shop, request: DecisionRequest): Promise<Decision> {
  const [decision] = (await reader.recommend({ requests: [request] })).decisions
  if (decision === undefined) throw new Error('the store answered no decision')
  return decision
}
