import type { Model } from '@storemind/ml'
import { beforeAll, describe, expect, it } from 'vitest'
import { PLANTED_START, plantedReader, plantedShop } from '../../../testkit/recommendations/planted-shop.ts'
import { openCatalog } from '../../core/catalog/catalog.ts'
import type { StoredProduct } from '../../core/ports.ts'
import { trainRecommendations } from '../training.ts'
import { openModels } from './models.ts'
import { extendBundle, Newcomers, WORDS_MODEL } from './newcomers.ts'
import { anchorQuery, noPast } from './questions.ts'

const NOW = Date.UTC(2026, 11, 1)
const KETTLE = 30
const SCARF = 31

/** Products that nobody has touched: one more kettle and one more scarf, in a colour that is new. */
function newProduct(row: number, thing: string): StoredProduct {
  const product = { id: `p${row}`, title: `azure ${thing}`, categories: [thing], attributes: {}, offers: [] }
  return { row, product, described: true, createdAt: PLANTED_START, changedAt: PLANTED_START }
}

const arrivals = [newProduct(KETTLE, 'kettle'), newProduct(SCARF, 'scarf')]
let bundle: ReadonlyMap<string, Model>

beforeAll(async () => {
  const params = { seed: 1, threads: 1, windowDays: 0, validationDays: 14, closedFormItems: 50 }
  const run = { signal: new AbortController().signal, clock: () => NOW, progress: () => undefined }
  bundle = (await trainRecommendations(plantedReader(plantedShop(12, 8)), params, run)).models
})

describe('products that came after training', () => {
  const extended = async () => {
    const products = arrivals.map(({ product }) => product)
    const longer = await extendBundle(bundle, Int32Array.of(KETTLE, SCARF), products)
    if (!longer) throw new Error('it was not extended')
    return openModels(longer)
  }
  const ranked = (open: Awaited<ReturnType<typeof extended>>, anchor: number): number[] => {
    const top = open.ranker('product').rank(noPast(Int32Array.of(open.itemOf[anchor] ?? -1), NOW))
    return Array.from(top.ids.subarray(0, top.count), (item) => open.rows[item] ?? -1)
  }

  it('stand beside products of their kind, before those of another', async () => {
    const rows = ranked(await extended(), 4)
    expect(rows).toContain(KETTLE)
    expect(rows.includes(SCARF) && rows.indexOf(SCARF) < rows.indexOf(KETTLE)).toBe(false)
    expect(ranked(openModels(bundle), 4)).not.toContain(KETTLE)
  })

  it('have a page of their own, with products of their kind first', async () => {
    const rows = ranked(await extended(), KETTLE)
    expect(rows).not.toContain(KETTLE)
    expect(rows.slice(0, 9).every((row) => row < 10)).toBe(true)
  })

  it('count in a past, where those sources that do not know them pass them over', async () => {
    const open = await extended()
    const past = { ...anchorQuery(Int32Array.of(open.itemOf[KETTLE] ?? -1, 25), NOW), basket: Int32Array.of(0, 1) }
    const home = open.ranker('home')
    const top = home.rank({ bought: past, engaged: past, anchors: anchorQuery(new Int32Array(0), NOW) })
    const rows = Array.from(top.ids.subarray(0, top.count), (item) => open.rows[item] ?? -1)
    expect(rows.some((row) => row < 10)).toBe(true)
    expect(rows.some((row) => row >= 20)).toBe(true)
    const voices = home.evidence(open.itemOf[KETTLE] ?? -1, 3, () => true).map(({ voice }) => voice.source)
    expect(voices).toEqual(['content'])
  })

  it('wait for the next training where a bundle cannot tell them', async () => {
    const older = new Map([...bundle].filter(([name]) => name !== WORDS_MODEL))
    const products = arrivals.map(({ product }) => product)
    expect(await extendBundle(older, Int32Array.of(KETTLE, SCARF), products)).toBeUndefined()
  })
})

describe('newcomers of a growing catalogue', () => {
  it('are read once for each change that brings some', async () => {
    const stored = [...plantedShop(1, 1).products]
    let revision = 0
    const source = {
      revision: async () => revision,
      async *all() {
        yield [...stored]
      },
      async *changes() {
        yield [...stored]
      },
    }
    const catalog = await openCatalog(source)
    const asked: number[][] = []
    const newcomers = new Newcomers({
      byRows: async (rows) => {
        asked.push([...rows])
        return stored.filter(({ row }) => rows.includes(row))
      },
    })
    await newcomers.meet(bundle, catalog.current)
    expect(newcomers.open(bundle)).toBe(openModels(bundle))
    stored.push(...arrivals)
    revision++
    await catalog.refresh()
    await Promise.all([newcomers.meet(bundle, catalog.current), newcomers.meet(bundle, catalog.current)])
    const met = newcomers.open(bundle)
    expect([met.items, met.trained]).toEqual([32, 30])
    revision++
    await catalog.refresh()
    await newcomers.meet(bundle, catalog.current)
    expect(newcomers.open(bundle)).toBe(met)
    expect(asked).toEqual([[KETTLE, SCARF]])
    const other = new Map(bundle)
    expect(newcomers.open(other).items).toBe(30)
  })
})
