import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the README’s example runs and prints what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const said = [...example.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
  const names = /import \{([^}]*)\}/.exec(example)?.[1]?.trim() ?? ''
  const body = example.replace(/import [^\n]*\n/g, '')
  const kernels: Record<string, unknown> = await import('./index.ts')
  const printed: string[] = []
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
  const log = (value: unknown) => printed.push(String(value))
  await new AsyncFunction('kernels', 'console', `const { ${names} } = kernels\n${body}`)(kernels, { log })
  expect(said).toEqual(['300'])
  expect(printed).toEqual(said)
})
