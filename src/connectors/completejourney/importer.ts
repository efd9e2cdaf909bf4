import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'
import type { Importer } from '../kit/importer.ts'
import { readSettings } from '../kit/settings.ts'
import { isFolder } from '../kit/source-file.ts'
import { fieldsInfo, openTable } from '../kit/table.ts'
import { HOUSEHOLD_FIELDS, householdsFile } from './households.ts'
import { PRODUCT_FIELDS, productsFile } from './products.ts'
import { TRANSACTION_FIELDS, transactionsFile, ZONE } from './transactions.ts'

/**
 * “The Complete Journey” by dunnhumby, as the R package completejourney writes it: a grocer's range, a year of baskets of
 * 2,377 households, and what some of them said about themselves.
 */
export const completeJourney: Importer = {
  defaultBasis: 'sample',
  info: {
    id: 'completejourney',
    title: 'The Complete Journey (dunnhumby)',
    reads:
      'A folder with products.csv, transactions.csv or transactions_sample.csv, and demographics.csv if there is one.',
    example: 'storemind import completejourney path/to/completejourney',
    fields: fieldsInfo([...PRODUCT_FIELDS, ...TRANSACTION_FIELDS.filter(({ name }) => name !== 'product_id')]),
    options: [],
    defaultBasis: 'sample',
  },
  async plan(source) {
    const settings = { ...readSettings(source, this.info), currency: 'USD', timezone: ZONE }
    if (!(await isFolder(source.path))) {
      throw new CodedError('FILE_NOT_FOUND', { path: source.path, problem: 'it is not a folder' })
    }
    const whole = join(source.path, 'transactions.csv')
    const sample = existsSync(whole) ? whole : join(source.path, 'transactions_sample.csv')
    const transactions = await openTable(sample, TRANSACTION_FIELDS, settings)
    const products = await openTable(join(source.path, 'products.csv'), PRODUCT_FIELDS, settings)
    const households = join(source.path, 'demographics.csv')
    const described = existsSync(households)
      ? [householdsFile(await openTable(households, HOUSEHOLD_FIELDS, settings))]
      : []
    return [productsFile(products, transactions, settings), ...described, transactionsFile(transactions)]
  },
}
