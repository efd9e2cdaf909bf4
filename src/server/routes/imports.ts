import { CodedError } from '../../contracts/errors.ts'
import { handle, type RouteHandler } from '../../contracts/route.ts'
import {
  checkData,
  listImporters,
  listImportProblems,
  listImports,
  startImport as startImportContract,
} from '../../contracts/routes/engine.ts'
import { judge } from '../../core/events/judge.ts'
import type { Clock } from '../../core/ports.ts'
import { importerInfos } from '../importers.ts'
import { type ImportParts, startImport } from '../imports/start-import.ts'

const PAGE = 100

export function importRoutes(parts: ImportParts & { readonly clock: Clock }): RouteHandler[] {
  const { store, clock } = parts
  return [
    handle(startImportContract, ({ body }) => startImport(parts, body)),
    handle(listImporters, async () => ({ importers: importerInfos() })),
    handle(listImports, async () => ({ imports: await store.imports.list() })),
    handle(listImportProblems, async ({ params: { id }, query: { limit = PAGE, after } }) => {
      const page = await store.imports.listProblems(id, limit, offsetOf(after))
      if (page === undefined) throw new CodedError('IMPORT_NOT_FOUND', { import: id })
      return { problems: page.problems, next: page.next === null ? null : String(page.next) }
    }),
    handle(checkData, async () => {
      const reader = await store.reader()
      try {
        return judge(await reader.facts(), clock())
      } finally {
        await reader.close()
      }
    }),
  ]
}

function offsetOf(after: string | undefined): number {
  if (after === undefined) return 0
  if (!/^\d{1,15}$/.test(after))
    throw new CodedError('BAD_REQUEST', { problem: 'query/after is not the next of a page' })
  return Number(after)
}
