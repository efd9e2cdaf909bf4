// What a shop's server needs of Storemind: ask with a time limit, and tell. In Next.js this file is lib/storemind.ts.
const { STOREMIND_URL: url, STOREMIND_READ_KEY: readKey, STOREMIND_WRITE_KEY: writeKey } = process.env

/**
 * A decision, or undefined where Storemind is slow or silent: the page then shows the shop's own list.
 * @param objects the browser sent Sec-GPC: 1
 */
export async function recommend(request, { objects = false, millis = 300 } = {}) {
  try {
    const response = await fetch(`${url}/v1/recommendations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${readKey}`,
        'content-type': 'application/json',
        ...(objects && { 'sec-gpc': '1' }),
      },
      body: JSON.stringify({ requests: [request] }),
      signal: AbortSignal.timeout(millis),
      cache: 'no-store', // Next.js would keep it for the next visitor
    })
    return (await response.json()).decisions?.[0]
  } catch {
    return undefined
  }
}

/** Tells what a visitor did. @returns whether it is on disk; a shop's page goes on without it */
export async function tell(visitor, userAgent, ...messages) {
  const batch = messages.map((message) => ({
    ...message,
    messageId: crypto.randomUUID(),
    anonymousId: visitor,
    timestamp: new Date().toISOString(),
    context: { userAgent, consent: { categoryPreferences: { personalisation: true, analytics: true } } },
  }))
  try {
    const response = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${writeKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ batch, sentAt: new Date().toISOString() }),
      signal: AbortSignal.timeout(2000),
    })
    return response.ok
  } catch {
    return false
  }
}

export const track = (event, properties) => ({ type: 'track', event, properties })
