import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createChoices } from '../../src/demo/live/choices.ts'
import { type LiveRun, NO_ARM, runLive, trueLift } from '../../src/demo/live/run.ts'
import type { LiveVisit } from '../../src/demo/live/visit.ts'
import { Draws } from '../../src/demo/random.ts'
import { createWorld } from '../../src/demo/world.ts'
import { covers, measureLift, seededBytes } from './lift-experiment.ts'
import { openSimulatedShop, type SimulatedShop } from './simulated-shop.ts'

describe('the choices of shoppers', () => {
  const world = createWorld({ seed: 4, products: 80, shoppers: 30, days: 60 })
  const choices = createChoices(world)

  it('click and buy as often as their truth says (4 standard errors of 20,000 answers)', () => {
    const list = choices.bestsellers(6)
    const { clicks, micros } = choices.worth(3, list)
    const rounds = 20_000
    const draws = new Draws(1)
    const clicked: number[] = []
    const paid: number[] = []
    for (let n = 0; n < rounds; n++) {
      const answered = choices.answer(3, list, draws)
      clicked.push(answered.clicked.length)
      paid.push(answered.bought.reduce((sum, position) => sum + choices.price(list[position - 1] ?? ''), 0))
    }
    for (const [values, truth] of [
      [clicked, clicks],
      [paid, micros],
    ] as const) {
      const mean = values.reduce((a, b) => a + b, 0) / rounds
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rounds
      expect(truth).toBeGreaterThan(0)
      expect(Math.abs(mean - truth)).toBeLessThan(4 * Math.sqrt(variance / rounds))
    }
  })

  it('see less further down, and nothing in what the store does not have', () => {
    const seen = [0, 0, 0, 0, 0]
    const draws = new Draws(2)
    for (let n = 0; n < 4000; n++)
      for (const position of choices.answer(1, choices.bestsellers(5), draws).seen) seen[position - 1]!++
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
    expect(seen[0]).toBe(4000)
    expect(choices.attraction(1, 'of another store')).toBe(0)
    expect(choices.worth(1, ['of another store'])).toEqual({ clicks: 0, micros: 0 })
  })
})

describe('live shoppers', () => {
  let shop: SimulatedShop
  beforeAll(async () => {
    shop = await openSimulatedShop(undefined, {}, seededBytes(5))
  }, 120_000)
  afterAll(() => shop?.close())

  const run = (over: Partial<LiveRun> = {}): LiveRun => ({
    world: shop.world,
    choices: createChoices(shop.world),
    shop: { reader: shop.client, writer: shop.client },
    placement: 'home',
    size: 10,
    seed: 9,
    visits: 150,
    shoppers: shop.world.options.shoppers,
    speed: 0,
    wait: async () => undefined,
    ...over,
  })

  it('act by the public API: what they did is what the store holds, and told again it counts once', async () => {
    const before = (await shop.client.storeSummary()).events
    const visits: LiveVisit[] = []
    const answers: ReturnType<SimulatedShop['client']['recommend']>[] = []
    const recommend: SimulatedShop['client']['recommend'] = (body) => {
      const answer = shop.client.recommend(body)
      answers.push(answer)
      return answer
    }
    const reader = { recommend }
    const writer = shop.client
    const tallies = await runLive(run({ shop: { reader, writer }, onVisit: (visit) => visits.push(visit) }))
    const [all] = [...tallies.values()]
    expect([...tallies.keys()]).toEqual([NO_ARM])
    expect(all).toMatchObject({ visits: 150 })
    const told = visits.reduce(
      (sum, { answered: { seen, clicked, bought } }) =>
        sum + Math.sign(seen.length) + 2 * clicked.length + Math.sign(bought.length),
      0,
    )
    expect(all?.clicks).toBeGreaterThan(30)
    expect((await shop.client.storeSummary()).events).toBe(before + told)
    // The same lists, looked at once more by the same people.
    const replayed = { recommend: () => answers.shift() ?? Promise.reject(new Error('asked more often')) }
    await runLive(run({ shop: { reader: replayed, writer } }))
    expect(answers).toEqual([])
    expect((await shop.client.storeSummary()).events).toBe(before + told)
  })

  it('are shown what is truly worth more to them than what sells best', async () => {
    const [all] = [...(await runLive(run({ seed: 10 }))).values()]
    expect(all && trueLift(all).clicks).toBeGreaterThan(0)
    // What they did differs from what was to be expected by chance alone: clicks are near Poisson.
    const { clicks = 0, expectedClicks = 0 } = all ?? {}
    expect(Math.abs(clicks - expectedClicks)).toBeLessThan(4 * Math.sqrt(expectedClicks))
  })

  it('come in the pauses that the speed says, and stop when told to', async () => {
    const pauses: number[] = []
    const stop = new AbortController()
    const wait = async (millis: number) => void pauses.push(millis)
    await runLive(
      run({
        seed: 11,
        visits: 1000,
        speed: 3600,
        wait,
        signal: stop.signal,
        onVisit: (_, n) => n === 40 && stop.abort(),
      }),
    )
    expect(pauses).toHaveLength(40)
    const slower: number[] = []
    await runLive(run({ seed: 11, visits: 3, speed: 60, wait: async (millis) => void slower.push(millis) }))
    for (const [n, pause] of slower.entries()) expect(pause).toBeCloseTo(60 * (pauses[n] ?? 0), 6)
  })

  it('let an experiment measure what recommendations are truly worth to them, and report the orders they made', async () => {
    const { report, early, lift, truth, shown } = await measureLift(shop, 12, 400)
    expect([early.interval, lift.interval]).toEqual(['every_look', 'planned_end'])
    expect(truth).toBeGreaterThan(0)
    expect(covers(early, truth)).toBe(true)
    expect((lift.high ?? 0) - (lift.low ?? 0)).toBeLessThan((early.high ?? 0) - (early.low ?? 0))
    const arm = report.arms.find(({ arm: name }) => name === 'storemind')
    expect(arm).toMatchObject({ visitors: shown.visitors.size, orders: shown.orders, clicks: shown.clicks })
    expect(arm?.impressions).toBe(shown.seen)
    expect(arm?.revenue).toMatchObject([{ micros: String(shown.micros) }])
  }, 60_000)
})
