import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tinyShop } from '../../../testkit/models/shops.ts'
import { ITEM_ALGORITHMS, itemModels } from './algorithms.ts'
import { blend } from './blend/blend.ts'
import { rng } from './frame/rng.ts'
import { decayedPopularity } from './popularity/decayed-popularity.ts'

test('a model of any kind opens by its kind', async () => {
  const model = await decayedPopularity.trainer().fit(tinyShop(), { rng: rng(1), threads: 1 })
  expect(Object.keys(itemModels.open(model))).toEqual(['scoresItems'])
  expect(() => itemModels.open({ ...model, kind: 'unheard of' })).toThrow(
    expect.objectContaining({ code: 'bad_model' }),
  )
})

test('the README names every algorithm', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  for (const { kind } of [...ITEM_ALGORITHMS, blend]) expect(readme).toContain(`\`${kind}\``)
})

test('each algorithm’s file opens with what it solves, is given, returns, costs, and where it comes from', () => {
  const here = new URL('.', import.meta.url)
  const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!test)\.ts$/.test(file))
  const defining = files.filter((file) => / = defineAlgorithm\(/.test(readFileSync(new URL(file, here), 'utf8')))
  const silent = defining.flatMap((file) => {
    const [, head = ''] =
      /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const \w+ = defineAlgorithm/.exec(
        readFileSync(new URL(file, here), 'utf8'),
      ) ?? []
    return ['Solves', 'Given', 'Returns', 'Cost', 'Source']
      .filter((word) => !head.includes(` * ${word} `))
      .map((word) => `${file}: ${word}`)
  })
  expect(silent).toEqual([])
  expect(defining.length).toBe(ITEM_ALGORITHMS.length + 1)
})

test('the README’s example runs and prints what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const said = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  const printed: string[] = []
  const names = /import \{([^}]*)\}/.exec(example)?.[1]?.trim() ?? ''
  const body = example.replace(/import [^\n]*\n/g, '')
  const ml: Record<string, unknown> = await import('./index.ts')
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
  const log = (...values: unknown[]) => printed.push(values.map((value) => JSON.stringify(value)).join(' '))
  await new AsyncFunction('ml', 'console', `const { ${names} } = ml\n${body}`)(ml, { log })
  expect(said.length).toBeGreaterThan(1)
  expect(printed).toEqual(said)
})
