/** `npm run generate`: writes docs/errors.md and docs/configuration.md from the tables in src/contracts. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describeSetting, environmentName, isSecret, SETTINGS } from '../src/contracts/configuration.ts'
import { ERRORS } from '../src/contracts/errors.ts'

/** The generated documents: path from the root → text. */
export function generatedDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/errors.md', errorsDocument()],
    ['docs/configuration.md', configurationDocument()],
  ])
}

function errorsDocument(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, what, why, todo }]) =>
      `## ${code}\n\nHTTP status ${status}.\n\n- **What**: ${what}\n- **Why**: ${why}\n- **What to do**: ${todo}`,
  )
  return `# Errors

Made by \`npm run generate\` from [src/contracts/errors.ts](../src/contracts/errors.ts).

Over HTTP an error is \`{ "error": { code, what, why, todo } }\` with the status below; on the command line the same words,
and with \`--json\` the same document. Codes do not change; words may. \`{name}\` is filled in from the case at hand.

${rows.join('\n\n')}
`
}

function configurationDocument(): string {
  const rows = SETTINGS.map((name) => {
    const { meaning, default: value, range } = describeSetting(name)
    const shown = value === '' ? '–' : `\`${String(value)}\``
    return `| \`${name}\` | \`${environmentName(name)}\` | ${shown} | ${range} | ${meaning}${isSecret(name) ? ' Secret: never shown.' : ''} |`
  })
  return `# Configuration

Made by \`npm run generate\` from [src/contracts/configuration.ts](../src/contracts/configuration.ts).

A setting is taken from, in this order: a flag (\`--set server.port=8080\`; \`serve\` also has \`--port\` and \`--host\`), the
environment (\`STOREMIND_SERVER_PORT=8080\`), \`storemind.json\` in the store's folder (\`{ "server.port": 8080 }\`), the
default. \`storemind config\` shows every value and where it comes from. An unknown setting or a value out of range is
refused before anything starts.

| setting | environment | default | range | meaning |
|---|---|---|---|---|
${rows.join('\n')}

The store itself is named by \`--store FOLDER\` or \`STOREMIND_STORE\`; left out: \`data/store\`.
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of generatedDocuments()) {
    writeFileSync(new URL(`../${path}`, import.meta.url), text)
    process.stderr.write(`${path}\n`)
  }
}
