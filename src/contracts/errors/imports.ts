/** Rows of the table of errors that an import meets: its files and their rows. */
export const IMPORT_ERRORS = {
  IMPORTER_UNKNOWN: {
    status: 400,
    what: 'There is no importer {importer}.',
    why: 'Importers are named by the format they read.',
    todo: 'Use one of: {known}.',
  },
  FILE_NOT_FOUND: {
    status: 400,
    what: 'The file {path} cannot be read: {problem}.',
    why: 'It does not exist, or Storemind may not read it.',
    todo: 'Check the path and its permissions.',
  },
  FILE_EMPTY: {
    status: 422,
    what: 'The file {path} is empty.',
    why: 'There is not even a header in it.',
    todo: 'Export it again.',
  },
  FILE_MISSING_COLUMN: {
    status: 422,
    what: 'The file {path} has no column {column}.',
    why: 'The importer needs it. The file has: {columns}.',
    todo: 'Name the right column with --map {field}=YOUR_COLUMN, or choose another importer.',
  },
  FILE_DUPLICATE_COLUMN: {
    status: 422,
    what: 'The file {path} has several columns named {column}.',
    why: 'Which of them is meant cannot be known, and a guess would import wrong values.',
    todo: 'Rename all but one in the header, or name another column with --map {field}=YOUR_COLUMN.',
  },
  FILE_ENCODING: {
    status: 422,
    what: 'The file {path} is not UTF-8 (byte {offset}).',
    why: 'Text in another encoding would be stored garbled.',
    todo: 'Convert it, or name its encoding with --encoding latin1 or --encoding utf-16le.',
  },
  FILE_TRUNCATED: {
    status: 422,
    what: 'The file {path} ends in the middle of a record (line {line}).',
    why: 'It was cut off while it was written or copied.',
    todo: 'Export it again. The complete records before the cut were imported.',
  },
  FILE_BROKEN: {
    status: 422,
    what: 'From line {line} on, the file {path} cannot be read: {problem}.',
    why: 'What stands behind such a fault cannot be told apart.',
    todo: 'Mend the file there or export it again, and import it again. What stood before was imported.',
  },
  BASIS_REQUIRED: {
    status: 400,
    what: 'The import does not say on which legal basis its shoppers may be profiled.',
    why: 'Profiling without a stated basis is not allowed, and cannot be guessed.',
    todo: 'Add --basis consent --map consent=COLUMN, --basis contract, or --basis sample for trying out.',
  },
  OPTION_UNKNOWN: {
    status: 400,
    what: 'The importer {importer} has no option {option}.',
    why: 'Options differ by importer.',
    todo: 'See `storemind import {importer} --help`.',
  },

  CURRENCY_UNKNOWN: {
    status: 400,
    what: '{field} is no currency: {value}.',
    why: 'Money carries a code of ISO 4217; amounts in a currency that there is not could not be added up or shown.',
    todo: 'Correct it: {hint}',
  },

  // Rows of an import (reported per row; the other rows go on)
  ROW_FIELD_MISSING: {
    status: 422,
    what: 'The field {field} is empty.',
    why: 'A record without it cannot be used.',
    todo: 'Fill the field in the source system.',
  },
  ROW_NUMBER_INVALID: {
    status: 422,
    what: '{field} is not a number: {value}.',
    why: 'Only finite decimal numbers are read.',
    todo: 'Correct the field in the source system.',
  },
  ROW_NUMBER_NEGATIVE: {
    status: 422,
    what: '{field} is negative: {value}.',
    why: 'A price below zero, or a quantity below zero outside a refund, is not a sale.',
    todo: 'Correct the field, or export refunds as refunds.',
  },
  ROW_NUMBER_TOO_LARGE: {
    status: 422,
    what: '{field} is too large: {value}.',
    why: 'The largest that is kept exactly is {limit}.',
    todo: 'Correct the field in the source system; an id in the place of a number is a common cause.',
  },
  ROW_TIME_INVALID: {
    status: 422,
    what: '{field} is not a time: {value}.',
    why: 'Times are read as ISO 8601 or as the format that the importer documents.',
    todo: 'Correct the field in the source system.',
  },
  ROW_FIELD_TOO_LONG: {
    status: 422,
    what: '{field} is {size} bytes long.',
    why: 'A field may hold {limit} bytes.',
    todo: 'Shorten the field; a quote that was never closed is a common cause.',
  },
  ROW_TEXT_INVALID: {
    status: 422,
    what: '{field} holds text that is not valid Unicode.',
    why: 'Half of a surrogate pair would come back different from what was sent.',
    todo: 'Correct the field in the source system.',
  },
  ROW_CONTROL_CHARACTER: {
    status: 422,
    what: '{field} holds {character}, which is not allowed.',
    why: 'It is no text that a person wrote or can see, and other programs end or break at it.',
    todo: 'Take it out in the source system; a file in UTF-16 needs --encoding utf-16le.',
  },
  ROW_COLUMNS: {
    status: 422,
    what: 'The row has {found} columns instead of {expected}.',
    why: 'A stray delimiter or quote shifted its fields.',
    todo: 'Quote the fields of this row.',
  },
  ROW_JSON_INVALID: {
    status: 422,
    what: 'The line is not a JSON object: {problem}.',
    why: 'Each line holds one message.',
    todo: 'Export the line again.',
  },
  ROW_NOT_A_PRODUCT: {
    status: 422,
    what: '{value} is not a product.',
    why: 'It stands for postage, a fee, a discount, a voucher or a correction; recommending it would make no sense.',
    todo: 'Nothing; the line is left out and counted.',
  },
  ROW_REFUND_UNMATCHED: {
    status: 422,
    what: 'The refund {refund} matches no order.',
    why: 'Its order is not in the history that was imported.',
    todo: 'Nothing, if the order is older than the export; it is counted and kept.',
  },
  ROW_VALUE_INVALID: {
    status: 422,
    what: '{field} has a value that is not understood: {value}.',
    why: 'It is none of: {known}.',
    todo: 'Correct the field, or map it.',
  },
} as const
