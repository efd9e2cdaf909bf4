import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { importerContract, readAll } from '../../testkit/importers/contract.ts'
import { SAMPLES } from '../../testkit/importers/samples.ts'
import { normalise } from '../core/events/normalise.ts'
import { IMPORTERS, importerById } from './registry.ts'

describe('the registry', () => {
  it('has a sample for every importer, and no other', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(IMPORTERS.map((importer) => importer.info.id).sort())
  })

  it('finds importers by id and nothing else', () => {
    for (const importer of IMPORTERS) expect(importerById(importer.info.id)).toBe(importer)
    expect(importerById('constructor')).toBeUndefined()
  })
})

for (const importer of IMPORTERS) {
  const sample = SAMPLES[importer.info.id]
  if (sample) importerContract(importer, sample)
}

describe('what importers write', () => {
  const home = mkdtempSync(join(tmpdir(), 'storemind-normalise-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  it.each(IMPORTERS)('is understood: $info.id', async (importer) => {
    const sample = SAMPLES[importer.info.id]
    if (!sample) throw new Error('no sample')
    for (const [name, content] of Object.entries(sample.files)) {
      mkdirSync(dirname(join(home, importer.info.id, name)), { recursive: true })
      writeFileSync(join(home, importer.info.id, name), content)
    }
    const path = join(home, importer.info.id, sample.path)
    const basis = sample.basis ?? 'contract'
    const items = await readAll(importer, { path, map: {}, options: {}, basis, currency: 'EUR', timezone: 'UTC' })
    const receivedAt = Date.UTC(2026, 0, 1)
    for (const item of items) {
      if (item.kind !== 'event') continue
      const event = normalise(item.message, { receivedAt, defaultCurrency: 'EUR' })
      expect('refused' in event ? event : 'understood', item.key).toBe('understood')
    }
  })
})
