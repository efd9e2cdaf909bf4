import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { type LandingFacts, serveLanding } from './landing.ts'

const FACTS: LandingFacts = {
  name: 'Tea & <Co>',
  version: '1.2.3',
  products: 12_345,
  profiles: 6,
  events: 7,
  servingModel: null,
  hasStorefront: false,
}

async function page(language: string | undefined, facts: Partial<LandingFacts> = {}): Promise<string> {
  const app = Fastify()
  serveLanding(app, async () => ({ ...FACTS, ...facts }))
  const headers = language === undefined ? {} : { 'accept-language': language }
  const { body } = await app.inject({ url: '/', headers })
  await app.close()
  return body
}

test.each([
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh-CN', '商品'],
  ['en-GB,en;q=0.9,zh;q=0.5', 'en', 'Products'],
  [undefined, 'en', 'Products'],
])('speaks the first language that the browser names: %s', async (accepted, lang, products) => {
  const body = await page(accepted)
  expect(body).toContain(`<html lang="${lang}">`)
  expect(body).toContain(`<dt>${products}</dt><dd>12,345</dd>`)
})

test('a store’s name cannot bring markup', async () => {
  const body = await page(undefined)
  expect(body).not.toContain('<Co>')
  expect(body).toContain('<h1>Tea &#38; &#60;Co&#62;</h1>')
})

test('says what to do while there is no model, and shows a storefront only where there is one', async () => {
  expect(await page('en')).toContain('storemind train')
  expect(await page('en')).not.toContain('/demo/')
  expect(await page('zh', { servingModel: 4, hasStorefront: true })).toContain('第 4 版')
  expect(await page('zh', { servingModel: 4, hasStorefront: true })).toContain('href="/demo/"')
})
