/**
 * Makes the `dist` folder of a package before `npm pack`: its TypeScript with the types stripped, so that what ships is
 * what was tested, line for line; Node refuses TypeScript under node_modules. Files that are not TypeScript are copied.
 *
 *   node scripts/run.mjs node scripts/build.ts . packages/kernels packages/ml packages/client
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

/** Relative specifiers in import and export declarations, import() and `new URL(…, import.meta.url)`. */
const SPECIFIER = /((?:\bfrom|\bimport|\bimport\(|\bnew URL\()\s*)(['"])(\.{1,2}\/[^'"\n]*)\.ts\2/g

for (const name of process.argv.slice(2)) build(join(ROOT, name))

function build(folder: string): void {
  const source = join(folder, 'src')
  const target = join(folder, 'dist')
  rmSync(target, { recursive: true, force: true })
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.test\.tsx?$/.test(entry.name)) continue
    const from = join(entry.parentPath, entry.name)
    const to = join(target, relative(source, from))
    mkdirSync(dirname(to), { recursive: true })
    if (from.endsWith('.ts')) writeFileSync(to.replace(/\.ts$/, '.js'), javascriptOf(readFileSync(from, 'utf8')))
    else cpSync(from, to)
  }
  if (folder !== ROOT) declare(folder)
}

function javascriptOf(typescript: string): string {
  return stripTypeScriptTypes(typescript).replace(SPECIFIER, '$1$2$3.js$2')
}

/** The libraries also ship their types; the product is a command and needs none. */
function declare(folder: string): void {
  const options = [
    '--declaration',
    '--emitDeclarationOnly',
    '--noEmit',
    'false',
    '--outDir',
    'dist',
    '--rootDir',
    'src',
  ]
  const project = join(folder, 'tsconfig.build.json')
  const { status } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project, ...options],
    { cwd: folder, stdio: 'inherit' },
  )
  if (status !== 0) throw new Error(`tsc could not write the declarations of ${folder}`)
  for (const file of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, 'dist', file)
    if (file.endsWith('.d.ts')) writeFileSync(path, readFileSync(path, 'utf8').replace(SPECIFIER, '$1$2$3.js$2'))
  }
}
