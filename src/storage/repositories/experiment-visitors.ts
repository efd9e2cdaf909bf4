import type { ExperimentVisitor, ProfileRow } from '../../core/ports.ts'
import { integer } from '../dialects/sqlite/row.ts'
import { botProfiles, membersOf, movedProfiles } from './identities.ts'
import { readOrders } from './outcome-shopper.ts'
import type { ReadContext } from './writing.ts'

const CHUNK = 500

/** Shoppers of an experiment with their orders, each once, whatever number of their rows was assigned. */
export async function* readVisitors(read: ReadContext, experiment: number): AsyncGenerator<ExperimentVisitor[]> {
  const { connection } = read
  const moved = movedProfiles(connection)
  const bots = botProfiles(connection, moved)
  const earliest = new Map<ProfileRow, Omit<ExperimentVisitor, 'bot' | 'orders'>>()
  const rows = connection.statement(
    'SELECT profile, arm, at FROM assignments WHERE experiment = ? ORDER BY at, profile',
  )
  for (const row of rows.iterate(experiment)) {
    const profile = moved.get(integer(row, 'profile')) ?? integer(row, 'profile')
    const arm = integer(row, 'arm')
    const first = earliest.get(profile)
    if (first === undefined) earliest.set(profile, { profile, arm, at: integer(row, 'at'), merged: false })
    else if (first.arm !== arm) earliest.set(profile, { ...first, merged: true })
  }
  let chunk: ExperimentVisitor[] = []
  for (const visitor of earliest.values()) {
    const orders = readOrders(read, membersOf(connection, visitor.profile))
    chunk.push({ ...visitor, bot: bots.has(visitor.profile), orders })
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
