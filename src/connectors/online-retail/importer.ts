import { createHash } from 'node:crypto'
import { groupedRows } from '../kit/grouped-rows.ts'
import type { Importer, ImportFile, ImportItem, SourceLine } from '../kit/importer.ts'
import { orderKey, orderMessage } from '../kit/order-messages.ts'
import { problem, refuse } from '../kit/problem.ts'
import { readSettings } from '../kit/settings.ts'
import { filesAt } from '../kit/source-file.ts'
import { fieldsInfo, openTable, type Table } from '../kit/table.ts'
import { FIELDS, lineOf, type RetailLine } from './lines.ts'
import { Survey } from './survey.ts'

/**
 * UCI “Online Retail”: the books of a British gift shop, 2010-12 to 2011-12 (Chen, Sain and Guo 2012), as files by day
 * or in one file. Invoices become orders, cancelled ones refunds of the customer's latest order with that product; a
 * sale without a customer is an unknown shopper's, so that its basket still teaches what goes together.
 */
export const onlineRetail: Importer = {
  defaultBasis: 'sample',
  info: {
    id: 'online-retail',
    title: 'Online Retail (UCI)',
    reads:
      'A folder of CSV files by day, or one CSV file: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.',
    example: 'storemind import online-retail path/to/online-retail',
    fields: fieldsInfo(FIELDS),
    options: [],
    defaultBasis: 'sample',
  },
  async plan(source) {
    const settings = { ...readSettings(source, this.info), currency: 'GBP', timezone: 'Europe/London' }
    const paths = await filesAt(source.path, ['.csv']).catch((error) => byDay(source.path, error))
    const tables: Table[] = []
    for (const path of paths) tables.push(await openTable(path, FIELDS, settings))
    const survey = onlyOnce((signal: AbortSignal, onBytes: (bytes: number) => void) =>
      surveyOf(tables, signal, onBytes),
    )
    return [catalogue(source.path, tables, survey), ...tables.map((table) => invoices(table, survey))]
  },
}

type Surveying = (signal: AbortSignal, onBytes: (bytes: number) => void) => Promise<Survey>

/** The set is published as a folder that holds the folder `by-day`. */
async function byDay(path: string, error: unknown): Promise<string[]> {
  return filesAt(`${path}/by-day`, ['.csv']).catch(() => Promise.reject(error))
}

/** The survey serves the catalogue and every file of invoices. One that was broken off is begun anew. */
function onlyOnce(make: Surveying): Surveying {
  let made: Promise<Survey> | undefined
  return async (signal, onBytes) => {
    made ??= make(signal, onBytes)
    const survey = await made
    if (signal.aborted) made = undefined
    return survey
  }
}

async function surveyOf(
  tables: readonly Table[],
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Survey> {
  const survey = new Survey()
  let before = 0
  for (const table of tables) {
    for await (const row of table.rows({ signal, onBytes: (bytes) => onBytes(before + bytes) })) {
      if (row.kind === 'row') survey.add(lineOf(table, row))
    }
    before += table.file.bytes
  }
  return survey
}

/** The products, whose names and last prices the whole history tells; read once more whenever a file was added. */
function catalogue(path: string, tables: readonly Table[], survey: Surveying): ImportFile {
  const content = createHash('sha256')
  for (const table of tables) content.update(table.fingerprint)
  return {
    path,
    bytes: tables.reduce((sum, table) => sum + table.file.bytes, 0),
    fingerprint: `products-${content.digest('hex')}`,
    async *read({ signal, onBytes }): AsyncGenerator<ImportItem> {
      const known = await survey(signal, onBytes)
      if (signal.aborted) return
      onBytes(this.bytes)
      for (const product of known.products()) {
        if (signal.aborted) return
        yield { kind: 'product', line: { file: path, line: 0 }, product }
      }
    },
  }
}

function invoices(table: Table, survey: Surveying): ImportFile {
  const read = (known: Survey): ImportFile =>
    groupedRows<RetailLine>(table, {
      line: (row) => {
        const line = lineOf(table, row)
        return line.problem ?? { group: `${line.invoice} ${line.customer}`, line }
      },
      group: (_, lines, at) => orderOf(lines, at, known),
    })
  return {
    path: table.file.path,
    bytes: table.file.bytes,
    fingerprint: table.fingerprint,
    async *read(options) {
      const known = await survey(options.signal, () => {})
      if (!options.signal.aborted) yield* read(known).read(options)
    },
  }
}

function* orderOf(lines: readonly RetailLine[], at: SourceLine, survey: Survey): Iterable<ImportItem> {
  const first = lines[0]
  if (first === undefined) return
  const who = first.customer === '' ? { anonymousId: `online-retail:${first.invoice}` } : { userId: first.customer }
  const part = { at: first.at, ...who, currency: 'GBP' }
  const titled = (line: RetailLine) => (line.isName ? { ...line, title: line.description } : line)
  if (!first.refund) {
    const message = orderMessage('Order Completed', { ...part, orderId: first.invoice, lines: lines.map(titled) })
    yield { kind: 'event', line: at, key: orderKey('Order Completed', first.invoice, lines), message }
    return
  }
  // A cancellation may take back goods of several orders: each becomes a refund of its own.
  const byOrder = new Map<string | undefined, RetailLine[]>()
  for (const line of lines) {
    const order = first.customer === '' ? undefined : survey.orderBefore(first.customer, line.productId, line.at)
    const known = byOrder.get(order)
    if (known) known.push(line)
    else byOrder.set(order, [line])
  }
  for (const [order, returned] of byOrder) {
    const orderId = order ?? first.invoice
    if (order === undefined) yield problem(at, refuse('ROW_REFUND_UNMATCHED', { refund: first.invoice }))
    const message = orderMessage('Order Refunded', { ...part, orderId, lines: returned.map(titled) })
    yield {
      kind: 'event',
      line: at,
      key: `${orderKey('Order Refunded', first.invoice, returned)}`,
      message: { ...message, properties: { ...message.properties, refund_id: first.invoice } },
    }
  }
}
