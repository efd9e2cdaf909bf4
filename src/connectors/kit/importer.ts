import type { LegalBasis } from '../../contracts/consent.ts'
import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { SegmentMessage } from '../../contracts/event.ts'
import type { Product } from '../../contracts/product.ts'
import type { ImporterInfo } from '../../contracts/routes/engine.ts'

/** Where a record stands in its source, for messages: a file and the line on which the record begins. */
export interface SourceLine {
  readonly file: string
  readonly line: number
}

/**
 * One thing an importer found. A problem concerns one record; the others go on. An event's `key` is unique within the
 * importer and the same whenever the same file is read again: with it, importing twice changes nothing.
 */
export type ImportItem =
  | { readonly kind: 'product'; readonly line: SourceLine; readonly product: Product }
  | { readonly kind: 'event'; readonly line: SourceLine; readonly key: string; readonly message: SegmentMessage }
  | { readonly kind: 'problem'; readonly line: SourceLine; readonly code: ErrorCode; readonly details: ErrorDetails }

/**
 * One file of an import, in the order in which it is read. Files of one plan may also be left out (they were imported
 * before) and read on their own.
 */
export interface ImportFile {
  readonly path: string
  readonly bytes: number
  /** Equal fingerprints are equal content (size and hash), read the same way (mapping, options, basis). */
  readonly fingerprint: string
  /**
   * Streams the file's items; memory does not grow with the file. `onBytes` hears how far it has read, up to `bytes`.
   * Ends early, without an error, when `signal` is aborted.
   */
  read(options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void }): AsyncIterable<ImportItem>
}

export interface ImportSource {
  readonly path: string
  readonly map: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
  readonly basis: LegalBasis
  /** Currency and zone where the source names none. */
  readonly currency: string
  readonly timezone: string
}

/** A format that Storemind reads. A new one is a folder with this in it and a line in the registry. */
export interface Importer {
  readonly info: ImporterInfo
  /** The basis taken where the caller states none; only public sample data has one. */
  readonly defaultBasis?: LegalBasis
  /**
   * @throws CodedError before anything is read: FILE_NOT_FOUND, FILE_EMPTY, FILE_MISSING_COLUMN, FILE_DUPLICATE_COLUMN,
   * FILE_ENCODING, OPTION_UNKNOWN; BASIS_REQUIRED where the basis is consent and no column states it
   */
  plan(source: ImportSource): Promise<readonly ImportFile[]>
}
