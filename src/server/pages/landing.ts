import type { FastifyInstance } from 'fastify'

export interface LandingFacts {
  readonly name: string
  readonly version: string
  readonly products: number
  readonly profiles: number
  readonly events: number
  readonly servingModel: number | null
  readonly hasStorefront: boolean
}

/** `/`: what this server is, what it holds in round numbers, and where to go from here. */
export function serveLanding(app: FastifyInstance, facts: () => Promise<LandingFacts>): void {
  app.get('/', async (_request, reply) => {
    void reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      )
    return landingPage(await facts())
  })
}

export function landingPage(facts: LandingFacts): string {
  const name = escapeHtml(facts.name)
  const model =
    facts.servingModel === null ? 'none yet: run <code>storemind train</code>' : `version ${facts.servingModel}`
  const storefront = facts.hasStorefront
    ? '<a href="/demo/"><b>The storefront</b><span>Shop as one of its shoppers, and ask why.</span></a>'
    : ''
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name} · Storemind</title>
<style>${STYLE}</style>
<main>
<p class="brand">Storemind ${escapeHtml(facts.version)}</p>
<h1>${name}</h1>
<dl>
<div><dt>Products</dt><dd>${count(facts.products)}</dd></div>
<div><dt>Shoppers</dt><dd>${count(facts.profiles)}</dd></div>
<div><dt>Events</dt><dd>${count(facts.events)}</dd></div>
<div><dt>Model in service</dt><dd class="words">${model}</dd></div>
</dl>
<nav aria-label="Where to go">
${storefront}
<a href="/docs"><b>The API</b><span>Every route, to read and to try.</span></a>
<a href="/openapi.json"><b>openapi.json</b><span>OpenAPI 3.1, for your tools.</span></a>
</nav>
</main>
</html>
`
}

function count(n: number): string {
  return n.toLocaleString('en')
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
