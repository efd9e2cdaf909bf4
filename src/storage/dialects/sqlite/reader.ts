import type { StoreReader } from '../../../core/ports.ts'
import { restlessProfiles } from '../../repositories/bots.ts'
import { allProducts } from '../../repositories/catalog.ts'
import { readDecisions } from '../../repositories/decision-samples.ts'
import { readVisitors } from '../../repositories/experiment-visitors.ts'
import { readFacts } from '../../repositories/facts.ts'
import { readInteractions } from '../../repositories/interactions.ts'
import { rehearseOutcomes } from '../../repositories/outcome-rehearsal.ts'
import { readPlacements } from '../../repositories/placements.ts'
import { withheldProfiles } from '../../repositories/withheld.ts'
import { openForReading } from './open.ts'

/** A reader with a connection of its own, for the thread that calls this. */
export async function openSqliteReader(directory: string, masterKey: string | undefined): Promise<StoreReader> {
  const { connection, keyring } = openForReading(directory, masterKey)
  return {
    interactions: (window) => readInteractions(connection, window),
    products: () => allProducts(connection),
    withheld: async (purpose) => withheldProfiles(connection, purpose),
    placements: async () => readPlacements(connection),
    decisions: (window) => readDecisions(connection, window),
    visitors: (experiment) => readVisitors({ connection, keyring }, experiment),
    rehearseOutcomes: () => rehearseOutcomes({ connection, keyring }),
    facts: async () => readFacts(connection),
    restless: async (rule, since) => restlessProfiles(connection, { rule, since }),
    async close() {
      keyring.close()
      connection.close()
    },
  }
}
