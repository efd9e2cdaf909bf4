import { setImmediate } from 'node:timers/promises'
import type { LegalBasis } from '../../contracts/consent.ts'
import type { ErrorCode, ErrorDetails } from '../../contracts/errors.ts'
import type { SegmentMessage } from '../../contracts/event.ts'
import { normalise } from '../events/normalise.ts'
import type { EventArrival, EventRepository } from '../ports.ts'

/** One message on its way in. */
export interface IngestItem {
  /** An importer's id, or `api`. */
  readonly source: string
  /** Unique within the source, and the same whenever the same message comes again. */
  readonly key: string
  readonly message: SegmentMessage
  /** The message as JSON text, where it came as one. */
  readonly raw?: string
  readonly basis: LegalBasis
  /** Milliseconds UTC. */
  readonly receivedAt: number
  /** The shopper's browser says that no use of data is wanted: `Sec-GPC: 1`. */
  readonly objects?: boolean
  /** User agent of the shopper's browser, where it sent the message itself. */
  readonly agent?: string
}

export interface IngestRefusal {
  /** Which of the items. */
  readonly index: number
  readonly code: ErrorCode
  readonly details: ErrorDetails
}

export interface IngestResult {
  /** Events that are on disk now and were not before. */
  readonly added: number
  /** Events that had come before. */
  readonly known: number
  readonly refused: readonly IngestRefusal[]
}

export interface Ingest {
  /**
   * Durable when it resolves, and the features of the shoppers follow. A refused message does not spoil the others.
   * @param onAsked told when the store was asked: what comes in from then on is stored after it
   * @throws CodedError DISK_FULL and other faults of the store; then nothing of the batch was stored
   */
  ingest(items: readonly IngestItem[], onAsked?: () => void): Promise<IngestResult>
}

export interface IngestParts {
  readonly events: Pick<EventRepository, 'take'>
  readonly defaultCurrency: string
}

/** Messages that are read before the thread may do other work: about two milliseconds. */
const AT_A_TIME = 200

export function createIngest({ events, defaultCurrency }: IngestParts): Ingest {
  return {
    async ingest(items, onAsked) {
      const arrivals: EventArrival[] = []
      const refused: IngestRefusal[] = []
      for (const [index, item] of items.entries()) {
        if (index % AT_A_TIME === AT_A_TIME - 1) await setImmediate()
        const { source, key, message, raw, basis, receivedAt, objects = false, agent } = item
        const event = normalise(message, {
          receivedAt,
          defaultCurrency,
          objects,
          ...(agent !== undefined && { agent }),
        })
        if ('refused' in event) refused.push({ index, code: event.refused, details: event.details })
        else arrivals.push({ source, key, raw: raw ?? JSON.stringify(message), event, basis })
      }
      if (arrivals.length === 0) return { added: 0, known: 0, refused }
      const taking = events.take(arrivals)
      onAsked?.()
      const { rows } = await taking
      let added = 0
      for (const row of rows) if (row > 0) added++
      return { added, known: arrivals.length - added, refused }
    },
  }
}
