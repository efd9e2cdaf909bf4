import { CodedError } from '../../contracts/errors.ts'
import type { ImportSource } from './importer.ts'

/**
 * Under consent only those who said yes may be profiled, so an order history must name the column that says so.
 * @throws CodedError BASIS_REQUIRED
 */
export function requireConsentColumn(source: ImportSource): void {
  if (source.basis === 'consent' && !Object.hasOwn(source.map, 'consent')) throw new CodedError('BASIS_REQUIRED')
}
