import { IMPORTERS } from '../connectors/registry.ts'
import type { ImporterInfo } from '../contracts/routes/engine.ts'

/** The formats that can be imported, as the API and the command line show them. */
export function importerInfos(): ImporterInfo[] {
  return IMPORTERS.map(({ info, defaultBasis }) => ({ ...info, ...(defaultBasis ? { defaultBasis } : {}) }))
}
