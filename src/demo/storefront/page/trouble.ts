import { ApiError } from './api.ts'
import { element } from './element.ts'
import type { Words } from './words.ts'

/** Says what went wrong, why, and what to do, as the API said it. */
export function trouble(words: Words, error: unknown): HTMLElement {
  const body = error instanceof ApiError ? error.body : undefined
  const what = body?.what ?? (error instanceof Error ? error.message : String(error))
  return element(
    'div',
    { class: 'trouble', role: 'alert' },
    element('strong', {}, words.trouble),
    element('p', {}, what),
    body ? element('p', {}, `${body.why} ${body.todo}`) : undefined,
  )
}
