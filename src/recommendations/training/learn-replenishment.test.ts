import { emptyQuery } from '@storemind/ml'
import { describe, expect, it } from 'vitest'
import { goodsShop, STAPLES } from '../../../testkit/recommendations/goods-shop.ts'
import { type PlantedShop, plantedReader, plantedShop } from '../../../testkit/recommendations/planted-shop.ts'
import { DEFAULT_PLACEMENTS } from '../../core/decisions/placements.ts'
import { learnedReplenishable } from '../decide/decide.ts'
import { type OpenModels, openModels } from '../decide/models.ts'
import { anchorQuery, type Questions } from '../decide/questions.ts'
import { ServedLists } from '../evaluation/served.ts'
import { trainRecommendations } from '../training.ts'
import { readShop } from './shop.ts'

const PARAMS = { seed: 42, threads: 1, windowDays: 0, validationDays: 14, closedFormItems: 100 }
const RUN = { signal: new AbortController().signal, clock: () => Date.UTC(2026, 11, 1), progress: () => undefined }
const NOW = Date.UTC(2026, 4, 1)

async function trainedOn(shop: PlantedShop): Promise<{ models: OpenModels; words: string }> {
  const { models, card } = await trainRecommendations(plantedReader(shop), PARAMS, RUN)
  return { models: openModels(models), words: card.validation.notes.at(-1) ?? '' }
}

/** Home's list for who bought these products a day ago. */
async function homeOf(shop: PlantedShop, models: OpenModels, bought: readonly number[]): Promise<number[]> {
  const { catalog } = await readShop(plantedReader(shop), 0, RUN, 'train')
  const [home] = DEFAULT_PLACEMENTS
  if (!home) throw new Error('there is no placement')
  const { rows, repeatShare } = models
  const lists = new ServedLists({ ranker: models.ranker('home'), placement: home, catalog, rows, repeatShare })
  const items = Int32Array.from(bought, (row) => models.itemOf[row] ?? -1)
  const past = { ...anchorQuery(items, NOW - 86_400_000), now: NOW }
  const questions: Questions = { bought: past, engaged: past, anchors: emptyQuery(NOW) }
  const list = lists.served(lists.candidates(questions), questions, models.replenishableFrom, 10, 1)
  return Array.from(list, (item) => rows[item] ?? -1)
}

describe('what is shown again although it was just bought', () => {
  it('is nothing in a shop where nobody buys the same again', async () => {
    const shop = goodsShop('durables')
    const { models, words } = await trainedOn(shop)
    expect(models.replenishableFrom).toBeNull()
    expect(words).toContain('is hidden, whatever it is')
    const bought = [STAPLES, STAPLES + 1, STAPLES + 2]
    const shown = await homeOf(shop, models, bought)
    expect(shown).toHaveLength(10)
    for (const row of bought) expect(shown).not.toContain(row)
  })

  it.each(['staples', 'both'] as const)('is what is bought again in a shop that sells %s', async (sells) => {
    const shop = goodsShop(sells)
    const { models, words } = await trainedOn(shop)
    const isReplenishable = learnedReplenishable(models)
    for (let row = 0; row < STAPLES; row++) expect(isReplenishable(row), `staple ${row}`).toBe(true)
    if (sells === 'both') for (const row of models.rows) if (row >= STAPLES) expect(isReplenishable(row)).toBe(false)
    expect(words).toContain('of a product’s buyers come back for it')
    const bought = sells === 'both' ? [0, 1, 2, STAPLES, STAPLES + 1] : [0, 1, 2]
    const shown = await homeOf(shop, models, bought)
    for (const row of bought) expect(shown.includes(row), `row ${row}`).toBe(row < STAPLES)
  })

  it('is by the stated default where shoppers are too few, and the card says so', async () => {
    const { models, words } = await trainedOn(plantedShop(12, 8))
    expect(models.replenishableFrom).toBe(0.25)
    expect(words).toContain('12 shoppers are too few')
  })
})
