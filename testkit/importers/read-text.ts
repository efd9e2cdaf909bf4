import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Importer, ImportItem, ImportSource } from '../../src/connectors/kit/importer.ts'
import type { SegmentMessage } from '../../src/contracts/event.ts'
import type { Product } from '../../src/contracts/product.ts'
import { readAll } from './contract.ts'

export interface Imported {
  readonly items: readonly ImportItem[]
  readonly products: readonly Product[]
  readonly events: readonly SegmentMessage[]
  readonly keys: readonly string[]
  /** "line CODE" */
  readonly problems: readonly string[]
}

/** What an importer makes of files with these contents; one file is named itself, several by their folder. */
export async function readText(
  importer: Importer,
  files: Readonly<Record<string, string | Buffer>>,
  given: Partial<Omit<ImportSource, 'path'>> = {},
): Promise<Imported> {
  const folder = mkdtempSync(join(tmpdir(), 'storemind-read-'))
  try {
    const names = Object.keys(files)
    for (const name of names) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), files[name] ?? '')
    }
    const path = names.length === 1 ? join(folder, names[0] ?? '') : folder
    const items = await readAll(importer, {
      path,
      map: {},
      options: {},
      basis: 'contract',
      currency: 'EUR',
      timezone: 'UTC',
      ...given,
    })
    return {
      items,
      products: items.flatMap((item) => (item.kind === 'product' ? [item.product] : [])),
      events: items.flatMap((item) => (item.kind === 'event' ? [item.message] : [])),
      keys: items.flatMap((item) => (item.kind === 'event' ? [item.key] : [])),
      problems: items.flatMap((item) => (item.kind === 'problem' ? [`${item.line.line} ${item.code}`] : [])),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
