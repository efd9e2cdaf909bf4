import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { generatedDocuments } from '../scripts/generate-docs.ts'
import { EXIT } from '../src/cli/exit-codes.ts'
import { createProgram } from '../src/cli/program.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test.each([...generatedDocuments()])('%s is what the tables generate now', (path, text) => {
  expect(read(path), 'run `npm run generate`').toBe(text)
})

test('docs/cli.md speaks of every command and every exit code', () => {
  const document = read('docs/cli.md')
  const terminal = { out: () => {}, err: () => {}, errIsTTY: false, inIsTTY: false, ask: async () => '' }
  const context = {
    terminal,
    program: 'storemind',
    clock: () => 0,
    randomBytes: () => {},
    environment: {},
    workingDirectory: '/',
    signal: new AbortController().signal,
    wait: async () => {},
  }
  for (const command of createProgram(context, '0.0.0').commands) {
    expect(document).toContain(`storemind ${command.name()}`)
  }
  for (const code of Object.values(EXIT)) expect(document).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'))
})
