import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { type Import, importsOf } from './imports.ts'
import { readSource, type SourceText } from './source-text.ts'

export const ROOT = join(import.meta.dirname, '../..')

export interface SourceFile {
  /** From the root of the tree, with forward slashes. */
  readonly path: string
  readonly lines: number
  readonly source: SourceText
  readonly imports: readonly Import[]
}

/** Every source of the product, its packages, its benchmarks and its scripts. */
export function sources(): SourceFile[] {
  return files('{src,packages/*/{src,assembly},testkit,bench,scripts}/**/*.{ts,tsx}').map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8')
    const source = readSource(text)
    return { path, lines: text.split('\n').length - 1, source, imports: importsOf(source) }
  })
}

export function files(pattern: string): string[] {
  return globSync(pattern, { cwd: ROOT, exclude: (name) => name === 'node_modules' || name === 'dist' })
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}

export function isGenerated(path: string): boolean {
  return path.endsWith('/generated.ts')
}

/** The file of the tree that a specifier names; undefined for packages from outside. */
export function target(from: string, specifier: string): string | undefined {
  const workspace = /^@storemind\/(\w+)(?:\/(.*))?$/.exec(specifier)
  if (workspace) return `packages/${workspace[1]}/src/${workspace[2] ?? 'index'}.ts`
  if (!specifier.startsWith('.')) return undefined
  const path = posix.normalize(posix.join(dirname(from), specifier))
  // AssemblyScript names its files without their ending.
  return from.includes('/assembly/') ? `${path}.ts` : path
}

export function exists(path: string): boolean {
  return existsSync(join(ROOT, path))
}
