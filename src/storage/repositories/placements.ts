import type { Placement } from '../../contracts/placement.ts'
import type { PlacementRepository } from '../../core/ports.ts'
import type { Connection } from '../dialects/sqlite/connection.ts'
import { text } from '../dialects/sqlite/row.ts'
import type { WriterClient } from '../dialects/sqlite/writer.ts'
import type { WriteContext } from './writing.ts'

export function putPlacement({ connection }: WriteContext, placement: Placement): void {
  connection
    .statement(
      'INSERT INTO placements (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body',
    )
    .run(placement.name, JSON.stringify(placement))
}

export function createPlacementRepository(connection: Connection, writer: WriterClient): PlacementRepository {
  return {
    all: async () => readPlacements(connection),
    put: (placement) => writer.call('putPlacement', placement),
  }
}

export function readPlacements(connection: Connection): Placement[] {
  return connection
    .statement('SELECT body FROM placements ORDER BY name')
    .all()
    .map((row): Placement => JSON.parse(text(row, 'body')))
}
