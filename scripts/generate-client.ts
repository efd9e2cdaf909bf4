/** `npm run generate`: writes packages/client/src/generated.ts from the route contracts. */
import { readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { RouteContract } from '../src/contracts/route.ts'
import { clientSource } from './client-source.ts'
import { contentOf, type JsonSchema } from './schema-types.ts'

const CONTRACTS = new URL('../src/contracts/', import.meta.url)
const TARGET = new URL('../packages/client/src/generated.ts', import.meta.url)

/** The client's source as the contracts stand now. */
export async function generateClient(): Promise<string> {
  const routes: RouteContract[] = []
  const named = new Map<string, JsonSchema>()
  const seen = new Set<string>()
  for (const folder of [CONTRACTS, new URL('routes/', CONTRACTS)]) {
    for (const file of readdirSync(folder).sort()) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue
      const module: Record<string, unknown> = await import(pathToFileURL(fileURLToPath(new URL(file, folder))).href)
      // By name: a bundler may hand out exports in another order than Node.
      for (const name of Object.keys(module).sort()) {
        const value = module[name]
        if (isRoute(value)) routes.push(value)
        else if (isNoun(name, value) && !seen.has(contentOf(value))) {
          seen.add(contentOf(value))
          named.set(name, value)
        }
      }
    }
  }
  return clientSource(routes, named)
}

function isRoute(value: unknown): value is RouteContract {
  return typeof value === 'object' && value !== null && 'response' in value && 'path' in value && 'scope' in value
}

/** Objects and choices earn a name; a bounded string or number is clearer as what it is. */
function isNoun(name: string, value: unknown): value is JsonSchema {
  if (!/^[A-Z][a-z]/.test(name) || typeof value !== 'object' || value === null) return false
  return ('properties' in value && 'type' in value) || 'enum' in value
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = await generateClient()
  writeFileSync(TARGET, source)
}
