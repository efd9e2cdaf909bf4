import type { FastifyInstance } from 'fastify'
import type { Language } from '../../contracts/decision.ts'

export interface LandingFacts {
  readonly name: string
  readonly version: string
  readonly products: number
  readonly profiles: number
  readonly events: number
  readonly servingModel: number | null
  readonly hasStorefront: boolean
}

const WORDS = {
  en: {
    products: 'Products',
    shoppers: 'Shoppers',
    events: 'Events',
    model: 'Model in service',
    version: (version: number) => `version ${version}`,
    none: 'none yet: run <code>storemind train</code>',
    ways: 'Where to go',
    storefront: 'The storefront',
    storefrontText: 'Shop as one of its shoppers, and ask why.',
    api: 'The API',
    apiText: 'Every route, to read and to try.',
    openapiText: 'OpenAPI 3.1, for your tools.',
  },
  zh: {
    products: '商品',
    shoppers: '顾客',
    events: '事件',
    model: '正在使用的模型',
    version: (version: number) => `第 ${version} 版`,
    none: '暂无：请运行 <code>storemind train</code>',
    ways: '可前往',
    storefront: '店面',
    storefrontText: '以某位顾客的身份逛店，并查看推荐理由。',
    api: 'API',
    apiText: '所有接口，可阅读、可试用。',
    openapiText: 'OpenAPI 3.1，供您的工具使用。',
  },
} as const

/** `/`: what this server is, what it holds in round numbers, and where to go from here. */
export function serveLanding(app: FastifyInstance, facts: () => Promise<LandingFacts>): void {
  app.get('/', async (request, reply) => {
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('vary', 'accept-language')
      .header('cache-control', 'no-store')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      )
    return landingPage(await facts(), preferredLanguage(request.headers['accept-language']))
  })
}

/** Chinese where the browser's first choice is Chinese, as browsers list the choices by preference. */
function preferredLanguage(accepted: string | undefined): Language {
  return accepted?.trimStart().toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function landingPage(facts: LandingFacts, language: Language = 'en'): string {
  const words = WORDS[language]
  const name = escapeHtml(facts.name)
  const figure = (label: string, n: number) =>
    `<div><dt>${label}</dt><dd>${n.toLocaleString(language === 'zh' ? 'zh-CN' : 'en')}</dd></div>`
  const way = (path: string, title: string, text: string) => `<a href="${path}"><b>${title}</b><span>${text}</span></a>`
  return `<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · Storemind</title>
<style>${STYLE}</style>
<main>
<p class="brand">Storemind ${escapeHtml(facts.version)}</p>
<h1>${name}</h1>
<dl>
${figure(words.products, facts.products)}
${figure(words.shoppers, facts.profiles)}
${figure(words.events, facts.events)}
<div><dt>${words.model}</dt><dd class="words">${facts.servingModel === null ? words.none : words.version(facts.servingModel)}</dd></div>
</dl>
<nav aria-label="${words.ways}">
${facts.hasStorefront ? way('/demo/', words.storefront, words.storefrontText) : ''}
${way('/docs', words.api, words.apiText)}
${way('/openapi.json', 'openapi.json', words.openapiText)}
</nav>
</main>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6575; --paper: #f7f6f3; --card: #fff; --line: #dcd9d2; --accent: #1c6b57 }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e2; --soft: #a3a9b3; --paper: #171a1f; --card: #20242b; --line: #353a43; --accent: #7fd1b9 } }
* { box-sizing: border-box }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
main { max-width: 46rem; margin: 0 auto; padding: 12vh 1.5rem 4rem }
.brand { margin: 0; color: var(--accent); font-weight: 600 }
h1 { margin: .2em 0 1.2em; font-size: 2.2rem; line-height: 1.15 }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1px; margin: 0 0 2rem; background: var(--line); border: 1px solid var(--line); border-radius: .6rem; overflow: hidden }
dl div { background: var(--card); padding: 1rem }
dt { color: var(--soft); font-size: .85rem }
dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums }
dd.words { font-size: 1rem; padding-top: .3rem }
nav { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1rem }
nav a { display: block; padding: 1rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); color: inherit; text-decoration: none }
nav a:hover, nav a:focus-visible { border-color: var(--accent); outline: 2px solid var(--accent); outline-offset: -1px }
nav b { display: block; color: var(--accent) }
nav span { color: var(--soft); font-size: .9rem }
code { font-size: .9em }
`
