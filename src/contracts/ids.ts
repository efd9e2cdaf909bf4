import Type from 'typebox'
import { textOfForm } from './pattern.ts'

export { firstUuidOf, formatUuid, parseUuid, timeOfUuid, uuidv7 } from './uuid.ts'

/** A UUIDv7 (RFC 9562 §5.7): time-ordered, so that new rows land beside each other in an index. */
export const Id = textOfForm(
  '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
  'an id that Storemind gave, like 01936b5e-7c1a-7000-8000-0123456789ab',
  { description: 'A UUIDv7.' },
)

/** A store's own product or customer id, kept as it is. */
export const ExternalId = Type.String({ minLength: 1, maxLength: 256 })

/** A moment: milliseconds since 1970-01-01T00:00:00Z. */
export const Millis = Type.Integer({ minimum: -8.64e15, maximum: 8.64e15, description: 'UTC milliseconds.' })
