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

/** One file of an import, in the order in which it is read. */
export interface ImportFile {
  readonly path: string
  readonly bytes: number
  /** Names the content: equal fingerprints are equal files (size, and a hash of the content). */
  readonly fingerprint: string
  /** Streams the file's items; memory does not grow with the file. `onBytes` hears how far it has read. */
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
  /** @throws CodedError FILE_NOT_FOUND, FILE_EMPTY, FILE_MISSING_COLUMN, FILE_ENCODING, OPTION_UNKNOWN before anything is read */
  plan(source: ImportSource): Promise<readonly ImportFile[]>
}
