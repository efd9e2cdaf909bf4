import { randomFillSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importerInfos } from '../server/importers.ts'
import { createProgram, runCommand } from './program.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'storemind-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function contextFor(options: { readonly signal?: AbortSignal; readonly onErr?: (text: string) => void } = {}) {
  const out: string[] = []
  const err: string[] = []
  const context = {
    terminal: {
      out: (text: string) => out.push(text),
      err: (text: string) => {
        err.push(text)
        options.onErr?.(text)
      },
      errIsTTY: false,
      inIsTTY: false,
      ask: async () => '',
    },
    program: 'storemind',
    clock: () => Date.now(),
    randomBytes: (bytes: Uint8Array) => {
      randomFillSync(bytes)
    },
    environment: {},
    workingDirectory: folder,
    signal: options.signal ?? new AbortController().signal,
    wait: (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.min(millis, 20))),
  }
  return { context, out, err }
}

/** Runs a command with --json and gives its exit code and its document. */
async function json(...args: string[]) {
  const { context, out } = contextFor()
  const code = await runCommand(context, '0.0.0', [...args, '--json'])
  expect(out).toHaveLength(1)
  return { code, value: JSON.parse(out.join('')) }
}

async function words(...args: string[]) {
  const { context, out, err } = contextFor()
  const code = await runCommand(context, '0.0.0', args)
  return { code, out: out.join(''), err: err.join('') }
}

test('every command shows examples in its help, and every example is a command', async () => {
  const program = createProgram(contextFor().context, '0.0.0')
  const names = program.commands.map((command) => command.name())
  for (const name of 'init serve import check train evaluate recommend explain replay rules shadow models keys config export erase backup restore'.split(
    ' ',
  )) {
    expect(names).toContain(name)
  }
  for (const name of names) {
    const { code, out } = await words(name, '--help')
    expect(code).toBe(0)
    const shown = [...out.matchAll(/^ {2}\$ storemind (\S+)/gm)].map(([, command]) => command)
    expect(shown, `${name} --help`).toContain(name)
    expect(names).toEqual(expect.arrayContaining(shown))
  }
})

test('every subcommand shows examples of its own in its help', async () => {
  for (const parent of createProgram(contextFor().context, '0.0.0').commands) {
    for (const child of parent.commands.map((command) => command.name())) {
      const { out } = await words(parent.name(), child, '--help')
      const shown = [...out.matchAll(/^ {2}\$ storemind (\S+ \S+)/gm)].map(([, command]) => command)
      expect(new Set(shown), `${parent.name()} ${child} --help`).toEqual(new Set([`${parent.name()} ${child}`]))
    }
  }
})

test.each([
  [['nonsense'], 2, 'USAGE'],
  [['recommend', '--limit', 'ten'], 2, 'USAGE'],
  [['recommend', '--nonsense'], 2, 'USAGE'],
  [['recommend', '--language', 'xx'], 2, 'USAGE'],
  [['config', '--set', 'server.port=99999'], 2, 'CONFIGURATION_INVALID'],
  [['config', '--set', 'server.prot=80'], 2, 'CONFIGURATION_INVALID'],
  [['check', '--store', 'nowhere'], 3, 'STORE_NOT_FOUND'],
  [['import', 'nonsense', '.'], 2, 'IMPORTER_UNKNOWN'],
  [['import', 'csv-orders', 'none.csv', '--basis', 'sample'], 3, 'FILE_NOT_FOUND'],
  [['import', 'csv-orders', '.'], 2, 'BASIS_REQUIRED'],
  [['restore', 'nowhere', '--store', 'restored'], 3, 'FILE_NOT_FOUND'],
  [['models'], 2, 'USAGE'],
  [['explain', 'nonsense'], 2, 'USAGE'],
  [['keys', 'remove', '7'], 2, 'USAGE'],
])('%j exits with %i and %s', async (args, code, error) => {
  const failed = await json(...args)
  expect([failed.code, failed.value.error.code]).toEqual([code, error])
  expect(Object.keys(failed.value.error).toSorted()).toEqual(['code', 'todo', 'what', 'why'])
})

test.each(importerInfos())('the example of $id names options that there are', async ({ example }) => {
  const [, ...args] = (example.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''))
  const { value } = await json(...args, '--store', 'examples')
  expect(value.error.code).toBe('FILE_NOT_FOUND')
})

test('a dry run judges without leaving a store', async () => {
  writeFileSync(join(folder, 'try.csv'), 'no,when,sku\n1,2025-06-01T10:00:00Z,A\n2,soon,B\n')
  const map = ['--map', 'order_id=no', '--map', 'time=when']
  const args = ['import', 'csv-orders', 'try.csv', '--basis', 'contract', ...map, '--store', 'tried']
  const { code, value } = await json(...args, '--dry-run')
  expect([code, value.counts.events, value.problemsByCode]).toEqual([0, 1, { ROW_TIME_INVALID: 1 }])
  expect(existsSync(join(folder, 'tried'))).toBe(false)
  expect(await json(...args)).toMatchObject({ code: 0, value: { counts: { events: 1 } } })
  expect((await words(...args)).out).toContain('Nothing was new')
})

test('an import of a file that was cut off is said to be incomplete, each time', async () => {
  writeFileSync(join(folder, 'cut.csv'), 'order_id,time,product_id\n1,2025-06-01,A\n2,2025-06-02,"B')
  const args = ['import', 'csv-orders', 'cut.csv', '--basis', 'contract', '--store', 'cut']
  expect(await json(...args)).toMatchObject({ code: 1, value: { complete: false } })
  const again = await words(...args)
  expect([again.code, again.out]).toEqual([1, expect.stringContaining('not complete')])
})

test('an import that could take no row fails, and one of a file without rows does not', async () => {
  // It exited with 0, so that a shop whose export had changed its times went on training on nothing new.
  writeFileSync(join(folder, 'all-bad.csv'), 'order_id,time,product_id\n1,01/06/2025,A\n2,02/06/2025,B\n')
  writeFileSync(join(folder, 'no-rows.csv'), 'order_id,time,product_id\n')
  const args = (file: string) => ['import', 'csv-orders', file, '--basis', 'contract', '--store', 'all-bad']
  expect(await json(...args('all-bad.csv'), '--dry-run')).toMatchObject({ code: 1, value: { counts: { problems: 2 } } })
  expect(await words(...args('all-bad.csv'))).toMatchObject({ code: 1, out: expect.stringContaining('No row could') })
  // Said again, not passed over as a file that had been read.
  expect((await json(...args('all-bad.csv'))).code).toBe(1)
  expect(await words(...args('no-rows.csv'))).toMatchObject({ code: 0, out: expect.stringContaining('no rows') })
})

test('the settings are shown with their sources, secrets masked', async () => {
  const secret = Buffer.alloc(32, 7).toString('base64')
  const { context, out } = contextFor()
  const environment = { STOREMIND_STORE_MASTER_KEY: secret, STOREMIND_SERVER_PORT: '8000' }
  expect(await runCommand({ ...context, environment }, '0.0.0', ['config', '--set', 'log.level=warn'])).toBe(0)
  const text = out.join('')
  expect(text).not.toContain(secret)
  expect(text).toMatch(/server\.port +8000 +environment/)
  expect(text).toMatch(/log\.level +warn +flag/)
  expect(text).toMatch(/store\.masterKey +•+ +environment/)
})

test('a simulated store goes all the way: made, trained, asked, explained', async () => {
  const store = ['--store', 'demo']
  const size = ['--products', '60', '--shoppers', '120', '--days', '120']
  expect(await json('demo', ...store, ...size)).toMatchObject({ code: 0 })
  const guide = JSON.parse(readFileSync(join(folder, 'demo', 'demo.json'), 'utf8'))
  const shopper: string = guide.shoppers[0].id

  const check = await json('check', ...store)
  expect(check.value.verdict).toMatch(/^ready/)

  const { value: decision } = await json('recommend', ...store, '--profile', shopper, '--limit', '5')
  expect(decision.basis).toBe('personalised')
  expect(decision.items).toHaveLength(5)
  for (const item of decision.items) {
    expect(item).toMatchObject({ productId: expect.any(String), name: expect.any(String), score: expect.any(Number) })
    expect(item.reasons.length).toBeGreaterThan(0)
  }
  const told = await words('recommend', ...store, '--profile', shopper, '--limit', '5', '--language', 'zh')
  expect(told.out).toContain(decision.items[0].name)
  expect(told.out).toMatch(/\p{Script=Han}/u)
  expect(told.out.trimEnd()).toMatch(/storemind explain [0-9a-f-]{36} --store demo$/)

  const explained = await json('explain', decision.id, ...store)
  expect(explained.value.decision.items.map(({ productId }: { productId: string }) => productId)).toEqual(
    decision.items.map(({ productId }: { productId: string }) => productId),
  )
  expect((await words('explain', decision.id, ...store)).out).toContain(decision.items[0].name)
  expect(await json('explain', '01936b5e-7c1a-7000-8000-0123456789ab', ...store)).toMatchObject({ code: 3 })
  expect(await json('recommend', ...store, '--profile', 'nobody-knows')).toMatchObject({
    code: 0,
    value: { basis: 'contextual', cause: 'first_visit' },
  })
  expect(await json('recommend', ...store, '--product', 'nothing')).toMatchObject({ code: 3 })
})

test('versions are listed, shown, and rolled back only where there is one before', async () => {
  const store = ['--store', 'demo']
  expect((await json('models', 'rollback', ...store)).value.error.code).toBe('NOTHING_TO_ROLL_BACK')
  expect(await json('train', ...store, '--no-promote')).toMatchObject({
    code: 0,
    value: { version: 2, promoted: false },
  })
  expect(await json('models', 'promote', '2', ...store, '--force')).toMatchObject({
    value: { version: 2, status: 'serving' },
  })
  expect(await json('models', 'rollback', ...store)).toMatchObject({ value: { version: 1, status: 'serving' } })
  const listed = await json('models', 'list', ...store)
  expect(listed.value.models.map(({ version }: { version: number }) => version)).toEqual([2, 1])
  expect((await words('models', 'show', '1', ...store)).out).toContain('popularity')
  expect(await json('models', 'show', '9', ...store)).toMatchObject({ code: 3 })
})

test('outcomes are counted again, or it is said what would change', async () => {
  const none = { added: 0, removed: 0, changed: 0 }
  expect(await json('outcomes', 'rebuild', '--dry-run', '--store', 'demo')).toMatchObject({
    code: 0,
    value: { dryRun: true, differences: { attributions: none } },
  })
  const tried = await words('outcomes', 'rebuild', '--dry-run', '--store', 'demo')
  expect(tried.out).toContain('A rebuild would change nothing.')
  expect(tried.out).toContain('To do it: storemind outcomes rebuild --store demo')
  const done = await words('outcomes', 'rebuild', '--store', 'demo')
  expect([done.code, done.out]).toEqual([0, expect.stringContaining('Counted again from')])
})

test('an evaluation lists baselines, sources, the blend and what is served', async () => {
  const { value } = await json('evaluate', '--store', 'demo', '--test-days', '20')
  const roles = new Set(value.rows.map(({ role }: { role: string }) => role))
  expect(roles).toEqual(new Set(['baseline', 'source', 'blend', 'served']))
  for (const row of value.rows) expect(row.metrics.recallAt10).toBeGreaterThanOrEqual(0)
})

test('a rule file with a wrong word says which word, not what the schema thinks of it', async () => {
  const put = async (rule: object) => {
    writeFileSync(join(folder, 'rule.json'), JSON.stringify({ name: 'sale', ...rule }))
    return (await json('rules', 'put', 'rule.json', '--store', 'demo')).value.error.what
  }
  expect(await put({ when: { brand: ['x'] }, effect: { do: 'exclude' } })).toContain(
    'when.brand is not a part of a rule',
  )
  expect(await put({ when: { brands: ['x'] }, effect: { do: 'hide' } })).toContain(
    'effect.do must be one of pin, boost, bury, exclude, cap',
  )
})

test('one shopper is exported, and after erasure unknown', async () => {
  const store = ['--store', 'demo']
  const guide = JSON.parse(readFileSync(join(folder, 'demo', 'demo.json'), 'utf8'))
  const shopper: string = guide.shoppers[1].id
  const all = await json('export', shopper, ...store)
  expect(all.value.events.length).toBeGreaterThan(0)
  expect((await words('export', '--profile', shopper, '--to', 'one.json', ...store)).out).toContain('one.json')
  expect(statSync(join(folder, 'one.json')).mode & 0o777).toBe(0o600)
  const erased = await json('erase', shopper, ...store)
  expect(Object.values<number>(erased.value.erased).reduce((sum, rows) => sum + rows, 0)).toBeGreaterThan(0)
  expect(await json('export', shopper, ...store)).toMatchObject({ code: 3 })
})

test('a backup restores to a store that answers', async () => {
  expect(await json('backup', 'copy', '--keys-to', 'copy-keys', '--store', 'demo')).toMatchObject({ code: 0 })
  expect(await json('backup', 'copy', '--store', 'demo')).toMatchObject({
    code: 4,
    value: { error: { code: 'BACKUP_FOLDER_TAKEN' } },
  })
  expect(await json('restore', 'copy', '--keys', 'copy-keys', '--store', 'again')).toMatchObject({ code: 0 })
  expect(await json('restore', 'copy', '--keys', 'copy-keys', '--store', 'again')).toMatchObject({ code: 4 })
  expect(await json('recommend', '--store', 'again', '--limit', '2')).toMatchObject({ code: 0 })
})

test('while a server has the store open, commands ask it', async () => {
  const controller = new AbortController()
  const listening = Promise.withResolvers<string>()
  const { context } = contextFor({ signal: controller.signal })
  const serving = runCommand(
    { ...context, terminal: { ...context.terminal, out: (text) => listening.resolve(JSON.parse(text).url) } },
    '0.0.0',
    ['serve', '--store', 'demo', '--port', '0', '--json', '--set', 'log.level=silent'],
  )
  const url = await listening.promise
  expect(statSync(join(folder, 'demo', 'lock')).mode & 0o777).toBe(0o600)
  const created = await json('keys', 'create', '--name', 'shop', '--store', 'demo')
  const ask = (secret: string) =>
    fetch(`${url}/v1/recommendations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: '{"requests":[{"limit":2}]}',
    })
  expect((await ask(created.value.secret)).status).toBe(200)
  expect(await json('keys', 'remove', created.value.key.id, '--store', 'demo')).toMatchObject({ code: 0 })
  expect((await ask(created.value.secret)).status).toBe(401)
  expect((await words('keys', 'list', '--store', 'demo')).out).toContain('No keys yet')
  expect(await json('serve', '--store', 'demo')).toMatchObject({ code: 4, value: { error: { code: 'STORE_LOCKED' } } })

  const storefront = await fetch(`${url}/demo/config.json`).then((response) => response.json())
  expect((await ask(storefront.key)).status).toBe(200)
  expect((await fetch(`${url}/`)).status).toBe(200)
  expect((await fetch(`${url}/demo/`)).status).toBe(200)
  controller.abort()
  expect(await serving).toBe(0)
})

test('an import makes the store, is interrupted with its own exit code, and goes on', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `o${i},2025-06-01T10:00:00Z,c${i % 50},p${i % 20},1,2.50`)
  writeFileSync(join(folder, 'orders.csv'), `order_id,time,customer,product_id,quantity,price\n${rows.join('\n')}\n`)
  const command = ['import', 'csv-orders', 'orders.csv', '--basis', 'contract', '--store', 'shop']
  const controller = new AbortController()
  const { context, err } = contextFor({
    signal: controller.signal,
    onErr: (text) => {
      if (text.startsWith('importing')) controller.abort()
    },
  })
  expect(await runCommand(context, '0.0.0', command)).toBe(5)
  expect(err.join('')).toContain('an import goes on where it stopped')
  const resumed = await json(...command)
  expect(resumed.code).toBe(0)
  expect(resumed.value.counts.events + resumed.value.counts.eventsKnown).toBe(30_000)
  expect((await json('check', '--store', 'shop')).value.summary.events).toBe(30_000)
})
