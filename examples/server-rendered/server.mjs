// A shop that makes its HTML on the server. No key, no script and no call to another host in the page.
import { createServer } from 'node:http'
import { recommend, tell, track } from './storemind.mjs'

const BESTSELLERS = [{ productId: 'own-1', name: 'Our own bestseller', reasons: [] }]

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://shop')
  const visitor = /(?:^|; )visitor=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1]
  const objects = request.headers['sec-gpc'] === '1'
  const agent = request.headers['user-agent'] ?? ''
  const remembered = objects ? undefined : visitor

  if (request.method === 'POST' && pathname === '/consent') {
    const fresh = crypto.randomUUID()
    await tell(fresh, agent, { type: 'identify' })
    response.setHeader('set-cookie', `visitor=${fresh}; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000`)
    return response.writeHead(303, { location: '/' }).end()
  }
  if (pathname === '/') return html(response, await home(remembered, { objects, asked: visitor !== undefined }))
  if (pathname.startsWith('/product/')) {
    const id = decodeURIComponent(pathname.slice('/product/'.length))
    // The link carries the token of the decision that showed it; the click is told from here.
    const token = searchParams.get('from')
    if (remembered) {
      const clicked = track('Product Clicked', { product_id: id, decision_token: token })
      await tell(remembered, agent, ...(token ? [clicked] : []), track('Product Viewed', { product_id: id }))
    }
    return html(response, await product(id, remembered, objects))
  }
  response.writeHead(404).end()
})

async function home(profile, { objects, asked }) {
  const decision = await recommend({ placement: 'home', limit: 6, ...(profile && { profile }) }, { objects })
  const ask = '<form method="post" action="/consent"><button>Remember what I look at</button></form>'
  return `<h1>Shop</h1>${asked || objects ? '' : ask}${shelf('Recommended', decision)}`
}

async function product(productId, profile, objects) {
  const decision = await recommend(
    { placement: 'product_page', productId, limit: 4, ...(profile && { profile }) },
    { objects },
  )
  return `<p><a href="/">Home</a></p><h1>Product ${escaped(productId)}</h1>${shelf('Goes with it', decision)}`
}

/** Ours where there is an answer; the shop's own where there is none, or where a holdout wants it. */
function shelf(title, decision) {
  const isOurs = decision !== undefined && decision.holdout !== true && decision.items.length > 0
  const cards = (isOurs ? decision.items : BESTSELLERS).map(({ productId, name, token, reasons }) => {
    const from = token ? `?from=${encodeURIComponent(token)}` : ''
    const reason = reasons[0] ? `<br><small>${escaped(reasons[0].text)}</small>` : ''
    return `<li><a href="/product/${encodeURIComponent(productId)}${from}">${escaped(name)}</a>${reason}</li>`
  })
  return `<section><h2>${title}</h2><ol data-basis="${isOurs ? decision.basis : 'own'}">${cards.join('')}</ol></section>`
}

function html(response, body) {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,">${body}</html>`,
  )
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

server.listen(Number(process.env.PORT ?? 8081), '127.0.0.1', () => {
  console.log(`the shop answers at http://127.0.0.1:${server.address().port}`)
})
