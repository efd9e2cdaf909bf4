import type { Decision, DecisionRequest, Explanation } from '../../../contracts/decision.ts'
import type { ErrorBody } from '../../../contracts/errors.ts'
import type { Product } from '../../../contracts/product.ts'

/** What the store's API answered instead of what was asked for. */
export class ApiError extends Error {
  readonly body: ErrorBody | undefined

  constructor(status: number, body: ErrorBody | undefined) {
    super(body?.what ?? `The store answered with status ${status}.`)
    this.body = body
  }
}

export interface ProductPage {
  readonly products: readonly Product[]
  readonly next: string | null
}

/** The public API, as far as a storefront needs it. */
export interface Api {
  recommend(request: DecisionRequest): Promise<Decision>
  explanation(id: string, language: string): Promise<Explanation>
  products(after: string | undefined, limit: number): Promise<ProductPage>
  product(id: string): Promise<Product>
}

export function createApi(key: string): Api {
  const known = new Map<string, Promise<Product>>()

  async function ask<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(path, {
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (!response.ok) throw new ApiError(response.status, errorOf(answer))
    // The server validates its answers against the same contract.
    return answer as T
  }
  async function decide(request: DecisionRequest): Promise<Decision> {
    const { decisions } = await ask<{ decisions: Decision[] }>('/v1/recommendations', { requests: [request] })
    const [decision] = decisions
    if (!decision) throw new ApiError(200, undefined)
    return decision
  }
  return {
    recommend: decide,
    explanation: (id, language) => ask(`/v1/decisions/${encodeURIComponent(id)}/explanation?language=${language}`),
    products: (after, limit) =>
      ask(`/v1/products?limit=${limit}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`),
    product(id) {
      const asked = known.get(id) ?? ask<Product>(`/v1/products/${encodeURIComponent(id)}`)
      known.set(id, asked)
      asked.catch(() => known.delete(id))
      return asked
    },
  }
}

function errorOf(answer: unknown): ErrorBody | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined
  const { error } = answer
  const coded = typeof error === 'object' && error !== null && 'code' in error && 'what' in error
  return coded ? (error as ErrorBody) : undefined
}
