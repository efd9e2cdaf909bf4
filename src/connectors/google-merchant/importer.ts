import { CodedError } from '../../contracts/errors.ts'
import { isRefusal } from '../kit/amounts.ts'
import type { Importer, ImportFile, ImportItem, SourceLine } from '../kit/importer.ts'
import { problem } from '../kit/problem.ts'
import { OPTIONS, readSettings, type Settings } from '../kit/settings.ts'
import { inspectFile, readText, type SourceFile } from '../kit/source-file.ts'
import { fingerprintOf, openTable } from '../kit/table.ts'
import { KEPT, productOf, READ } from './attributes.ts'
import { XmlItems } from './xml-items.ts'

/** Google Merchant Center product feeds, as text and as XML. */
export const googleMerchant: Importer = {
  info: {
    id: 'google-merchant',
    title: 'Google Merchant feed',
    reads: 'A product feed for Google Merchant Center: tab-separated text with a header, RSS 2.0 or Atom.',
    example: 'storemind import google-merchant feed.xml',
    fields: [...READ],
    options: [
      OPTIONS.encoding,
      { ...OPTIONS.delimiter, meaning: 'Character between columns of a text feed.', default: 'tab' },
      OPTIONS.timezone,
      OPTIONS.currency,
      OPTIONS.market,
    ],
  },
  async plan(source) {
    const withTab = { ...source, options: { delimiter: 'tab', ...source.options } }
    const settings = readSettings(withTab, this.info)
    const file = await inspectFile(source.path, settings.encoding)
    const start = await startOf(file)
    if (!start.startsWith('<')) return [await textFeed(source.path, settings)]
    if (!/<(\w+:)?(rss|feed|channel|rdf|items?)\b/i.test(start)) {
      const columns = /<[A-Za-z][\w:-]*/.exec(start)?.[0].slice(1) ?? 'no element'
      throw new CodedError('FILE_MISSING_COLUMN', { path: source.path, column: 'rss or feed', columns, field: 'id' })
    }
    return [xmlFeed(file, settings)]
  },
}

async function textFeed(path: string, settings: Settings): Promise<ImportFile> {
  const names = new Map(READ.map(({ name, required }) => [name, required]))
  for (const name of [...KEPT, 'availability_date']) if (!names.has(name)) names.set(name, false)
  const fields = [...names].map(([name, required]) => ({
    name,
    // People write the attribute's name with spaces or with underscores, some with the XML prefix.
    columns: [...new Set([name, name.replaceAll('_', ' '), `g:${name}`])],
    required,
    meaning: '',
  }))
  const table = await openTable(path, fields, settings)
  return {
    path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options): AsyncGenerator<ImportItem> {
      for await (const row of table.rows(options)) {
        if (row.kind === 'problem') yield row
        else yield item(row.at, new Map(fields.map(({ name }) => [name, table.text(row, name)])), settings)
      }
    },
  }
}

function xmlFeed(file: SourceFile, settings: Settings): ImportFile {
  return {
    path: file.path,
    bytes: file.bytes,
    fingerprint: fingerprintOf(file, settings),
    async *read(options): AsyncGenerator<ImportItem> {
      const reader = new XmlItems(file.path)
      const decoder = new TextDecoder()
      const made = (found: ReturnType<typeof reader.end>[number]): ImportItem => {
        const at = { file: file.path, line: found.line }
        return 'refusal' in found ? problem(at, found.refusal) : item(at, found.attributes, settings)
      }
      for await (const chunk of readText(file, options)) {
        const { items, stopped } = reader.push(decoder.decode(chunk, { stream: true }))
        for (const found of items) {
          if (options.signal.aborted) return
          yield made(found)
        }
        if (stopped) return
      }
      if (options.signal.aborted) return
      for (const found of reader.end()) yield made(found)
    },
  }
}

function item(line: SourceLine, attributes: ReadonlyMap<string, string>, settings: Settings): ImportItem {
  const product = productOf(attributes, settings)
  return isRefusal(product) ? problem(line, product) : { kind: 'product', line, product }
}

/** The beginning of the text, without white space before it. */
async function startOf(file: SourceFile): Promise<string> {
  for await (const chunk of readText(file, { signal: new AbortController().signal, onBytes: () => {} })) {
    return chunk.toString('utf8').trimStart().slice(0, 65_536)
  }
  return ''
}
