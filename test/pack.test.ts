import { execFile } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PACKAGES = ['.', 'packages/kernels', 'packages/ml', 'packages/client']
let folder: string
let modules: string

/**
 * The packed packages, unpacked into an empty folder as npm would. What they need from the registry is linked from the
 * checkout, so that the test needs no network.
 */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'storemind-pack-'))
  modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '@storemind'), { recursive: true })
  for (const path of PACKAGES) {
    const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
      cwd: join(ROOT, path),
    })
    const [{ filename, name }] = JSON.parse(stdout.slice(stdout.indexOf('[')))
    const target = join(modules, name)
    mkdirSync(target, { recursive: true })
    await run('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1'])
  }
  const own = new Set(['storemind', '@storemind', 'node'])
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!own.has(name) && !name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name))
  }
  mkdirSync(join(modules, '.bin'))
  symlinkSync('../storemind/bin/storemind', join(modules, '.bin', 'storemind'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function storemind(...args: string[]) {
  return run(process.execPath, [join(modules, '.bin', 'storemind'), ...args], { cwd: folder })
}

test('the packages hold JavaScript and types, no TypeScript sources and no tests', () => {
  for (const name of ['storemind', '@storemind/kernels', '@storemind/ml', '@storemind/client']) {
    const files = readdirSync(join(modules, name, 'dist'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
    expect(files.some((file) => file.endsWith('.js'))).toBe(true)
    for (const file of files.filter((each) => each.endsWith('.js'))) {
      const text = readFileSync(join(modules, name, 'dist', file), 'utf8')
      expect(text, `${name}/${file}`).not.toMatch(/\bfrom '\.[^']*\.ts'/)
    }
  }
  expect(readdirSync(join(modules, '@storemind/client', 'dist'))).toContain('index.d.ts')
})

test('an installed package goes the whole way', async () => {
  expect((await storemind('--help')).stdout).toContain('Usage: storemind')
  await storemind('init', '--store', 'shop')
  const products = Array.from({ length: 12 }, (_, i) => `p${i},Product ${i},${i + 1}.50,Things,in_stock`)
  writeFileSync(join(folder, 'products.csv'), `id,title,price,category,availability\n${products.join('\n')}\n`)
  const orders = Array.from({ length: 200 }, (_, i) => {
    const day = new Date(Date.UTC(2025, 0, 1 + (i % 120))).toISOString()
    return `o${i},${day},c${i % 25},p${(i * 7 + (i % 3)) % 12},1,2.50`
  })
  writeFileSync(join(folder, 'orders.csv'), `order_id,time,customer,product_id,quantity,price\n${orders.join('\n')}\n`)
  const catalogue = await storemind(
    'import',
    'csv-products',
    'products.csv',
    '--basis',
    'sample',
    '--store',
    'shop',
    '--json',
  )
  expect(JSON.parse(catalogue.stdout).counts).toMatchObject({ products: 12, problems: 0 })
  await storemind('import', 'csv-orders', 'orders.csv', '--basis', 'sample', '--store', 'shop')
  await storemind('train', '--store', 'shop')
  const { stdout } = await storemind('recommend', '--store', 'shop', '--profile', 'c3', '--limit', '3', '--json')
  const { items } = JSON.parse(stdout)
  expect(items).toHaveLength(3)
  expect(items[0].name).toMatch(/^Product \d+$/)
  await expect(storemind('recommend', '--store', 'nowhere')).rejects.toMatchObject({ code: 3 })
}, 120_000)

test('under an older Node it names the remedy', async () => {
  const old = join(folder, 'old.cjs')
  writeFileSync(old, "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })\n")
  const bin = join(modules, 'storemind', 'bin', 'storemind')
  const refused = await run(process.execPath, ['--require', old, bin, 'check', '--json'], { cwd: folder }).catch(
    (error: unknown) => error,
  )
  expect(refused).toMatchObject({ code: 1 })
  const { stdout } = refused as { stdout: string }
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'RUNTIME_TOO_OLD',
    what: 'This Node is 20.1.0; Storemind needs Node 24.',
  })

  // With the package "node" in a folder above, that one is taken.
  mkdirSync(join(modules, 'node', 'bin'), { recursive: true })
  copyFileSync(process.execPath, join(modules, 'node', 'bin', 'node'))
  const helped = await run(process.execPath, ['--require', old, bin, '--version'], { cwd: folder })
  expect(helped.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
}, 60_000)

test('the client alone is usable', async () => {
  const program =
    "import { createClient, httpTransport } from '@storemind/client'\nconst client = createClient({ transport: httpTransport({ url: 'http://127.0.0.1:9' }) })\nawait client.health().catch((error) => console.log(error.code))\n"
  writeFileSync(join(folder, 'use.mjs'), program)
  expect((await run(process.execPath, ['use.mjs'], { cwd: folder })).stdout).toBe('CONNECTION_REFUSED\n')
})

test('the kernels run from their package, workers included', async () => {
  const program = `import { matrix, openKernels } from '@storemind/kernels'
const k = await openKernels({ threads: 2, bytes: 4e6 })
const [a, c] = [matrix(k.arena.f32(90_000).fill(1), 300, 300), matrix(k.arena.f32(90_000), 300, 300)]
await k.gemm(c, a, a)
console.log(k.threads, c.data[89_999])
await k.close()
`
  writeFileSync(join(folder, 'kernels.mjs'), program)
  expect((await run(process.execPath, ['kernels.mjs'], { cwd: folder })).stdout).toBe('2 300\n')
})
