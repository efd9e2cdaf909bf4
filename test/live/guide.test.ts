import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ERRORS } from '../../src/contracts/errors.ts'
import { temporaryFolder } from '../../testkit/stores/temporary-folder.ts'
import { freePort } from './free-port.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const GUIDE = readFileSync(join(ROOT, 'docs/integration.md'), 'utf8')
const CHINESE = readFileSync(join(ROOT, 'docs/integration.zh.md'), 'utf8')
const BLOCKS = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)

it('every command of the guide runs, in order, in one shell', async () => {
  expect(BLOCKS.length).toBeGreaterThan(8)
  const [engine, pages] = [await freePort(), await freePort()]
  const folder = temporaryFolder()
  cpSync(join(ROOT, 'examples'), join(folder.path, 'examples'), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'))
  mkdirSync(join(folder.path, 'bin'))
  symlinkSync(join(ROOT, 'bin/storemind'), join(folder.path, 'bin/storemind'))
  // The guide's ports may be taken where this runs; nothing else of it is changed.
  const script = BLOCKS.map((block, n) => `echo "== block ${n + 1}"\n${block}`)
    .join('\n')
    .replaceAll('7654', String(engine))
    .replaceAll('8080', String(pages))
  const page = `curl -s --retry 20 --retry-delay 1 --retry-connrefused http://127.0.0.1:${pages}/config.js`
  // What runs in the background ends with the shell, however it ends.
  const child = spawn(
    'bash',
    ['-c', `set -eu\ntrap 'kill $(jobs -p)' EXIT\n${script}\necho "== the page"\n${page}\n`],
    {
      cwd: folder.path,
      env: {
        ...process.env,
        PATH: `${join(folder.path, 'bin')}:${process.env['PATH']}`,
        STOREMIND_SERVER_PORT: String(engine),
        STOREMIND_LOG_LEVEL: 'error',
      },
    },
  )
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      out += text
    })
  }
  const code = await new Promise((resolve) => child.on('close', resolve))
  folder.remove()
  expect(code, out).toBe(0)
  const said = out.split(/== .*\n/)
  const told = (command: string) => said[1 + BLOCKS.findIndex((block) => block.includes(command))] ?? ''
  expect(told('/v1/products')).toContain('"changed":1')
  expect(told('/v1/batch')).toContain('{"success":true}')
  expect(told('/v1/recommendations')).toContain('"basis":"personalised"')
  expect(told('shop.mjs')).toContain('after an order (personalised)')
  expect(told('experiments start')).toMatch(
    /"experiment":\{"id":"[^"]+","name":"Worth it\?","arm":"(store|storemind)"\}/,
  )
  expect(told('experiments start')).toContain('visitors')
  expect(said.at(-1)).toMatch(/readKey: 'sm_.*writeKey: 'sm_/)
}, 280_000)

it('is the same in Chinese, command by command, code by code', () => {
  const code = (text: string) => [...text.matchAll(/^```\w*\n[\s\S]*?^```$/gm)].map(([block]) => block)
  expect(code(CHINESE)).toEqual(code(GUIDE))
  const words = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word = '']) => word)
  const prose = (text: string) => text.replace(/^```\w*\n[\s\S]*?^```$/gm, '')
  expect(new Set(words(prose(CHINESE)))).toEqual(new Set(words(prose(GUIDE))))
  const parts = (text: string) => [...prose(text).matchAll(/^(?:## \d+\.|- \[ \]|\|)/gm)].map(([mark]) => mark)
  expect(parts(CHINESE)).toEqual(parts(GUIDE))
})

it.each([
  ['English', GUIDE],
  ['Chinese', CHINESE],
])('names only errors that there are, and links only to what is there, in %s', (_, guide) => {
  const named = [...guide.matchAll(/`([A-Z]+(?:_[A-Z]+)+|FORBIDDEN|UNAUTHORIZED)`/g)].map(([, code = '']) => code)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((code) => !Object.hasOwn(ERRORS, code))).toEqual([])
  const anchors = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'))
  for (const [, path = '', anchor] of guide.matchAll(/\]\(([^)#:]+)(?:#([^)]+))?\)/g)) {
    if (!path.endsWith('.md')) continue
    const text = readFileSync(join(ROOT, 'docs', path), 'utf8')
    if (anchor !== undefined) expect(anchors(text), path).toContain(anchor)
  }
})
