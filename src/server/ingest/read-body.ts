import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { CodedError } from '../../contracts/errors.ts'
import type { Held } from './memory-budget.ts'

const unzip = promisify(gunzip)

/**
 * Reads a request's body, gzipped or not.
 * @param held grows with what has come
 * @throws CodedError BODY_TOO_LARGE, TOO_BUSY, BAD_REQUEST for an encoding other than gzip, or bytes that are not gzip
 */
export async function readBody(
  stream: Readable,
  encoding: string | undefined,
  limit: number,
  held: Held,
): Promise<Buffer> {
  const packed = encoding?.trim().toLowerCase()
  if (packed !== undefined && packed !== '' && packed !== 'identity' && packed !== 'gzip') {
    throw new CodedError('BAD_REQUEST', { problem: 'its content-encoding is not gzip' })
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a body comes as bytes')
    bytes += chunk.length
    if (bytes > limit) throw new CodedError('BODY_TOO_LARGE', { limit })
    held.grow(chunk.length)
    chunks.push(chunk)
  }
  const [first = Buffer.alloc(0)] = chunks
  const body = chunks.length > 1 ? Buffer.concat(chunks, bytes) : first
  if (packed !== 'gzip') return body
  try {
    // Off this thread, and no further than the limit: a small body may unfold to gigabytes.
    const whole = await unzip(body, { maxOutputLength: limit })
    held.grow(Math.max(0, whole.length - body.length))
    return whole
  } catch (error) {
    if (error instanceof CodedError) throw error
    if (error instanceof RangeError) throw new CodedError('BODY_TOO_LARGE', { limit })
    throw new CodedError('BAD_REQUEST', { problem: 'its body is not gzip, as its content-encoding says' })
  }
}
