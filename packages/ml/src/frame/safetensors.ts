import { xxh32 } from './checksum.ts'
import { MlError } from './errors.ts'
import type { Model, TypedArray } from './model.ts'

/*
 * The safetensors file: 8 bytes little-endian header length, a JSON header naming each tensor's dtype, shape and byte
 * range, then the bytes. Every platform Node runs on is little-endian, so the views need no swapping.
 *
 * The header's `checksum` is XXH32 of the bytes, seeded with XXH32 of the header as it reads with a checksum of zeros: a
 * file that was damaged is refused. It does not tell who wrote a file.
 */

const NO_CHECKSUM = '00000000'

/** A header larger than this is refused unread: real ones are a few kilobytes. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024

const MAKERS = {
  F64: (buffer: ArrayBufferLike, at: number, n: number) => new Float64Array(buffer, at, n),
  F32: (buffer: ArrayBufferLike, at: number, n: number) => new Float32Array(buffer, at, n),
  I32: (buffer: ArrayBufferLike, at: number, n: number) => new Int32Array(buffer, at, n),
  U32: (buffer: ArrayBufferLike, at: number, n: number) => new Uint32Array(buffer, at, n),
  U8: (buffer: ArrayBufferLike, at: number, n: number) => new Uint8Array(buffer, at, n),
}
type Dtype = keyof typeof MAKERS
const WIDTHS: Record<Dtype, number> = { F64: 8, F32: 4, I32: 4, U32: 4, U8: 1 }

/**
 * A model as one safetensors file. Arrays are ordered by element width, widest first, and the header is padded to a
 * multiple of 8, so that a reader can view every array in place.
 *
 * @param metadata further flat strings for the header; `kind`, `params` and `checksum` are the model's own
 * @throws MlError `bad_parameter` when metadata claims one of those
 */
export function encodeModel(model: Model, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  for (const own of ['kind', 'params', 'checksum']) {
    if (Object.hasOwn(metadata, own)) throw new MlError('bad_parameter', `metadata may not set ${own}`)
  }
  const tensors = Object.entries(model.arrays)
    .map(([name, array]) => ({ name, array, dtype: dtypeOf(array) }))
    .sort((a, b) => WIDTHS[b.dtype] - WIDTHS[a.dtype] || (a.name < b.name ? -1 : 1))
  const entries: [string, unknown][] = [
    ['__metadata__', { ...metadata, kind: model.kind, params: JSON.stringify(model.params), checksum: NO_CHECKSUM }],
  ]
  let size = 0
  for (const { name, array, dtype } of tensors) {
    if (name === '__metadata__') throw new MlError('bad_parameter', 'an array may not be called __metadata__')
    entries.push([name, { dtype, shape: [array.length], data_offsets: [size, size + array.byteLength] }])
    size += array.byteLength
  }
  const text = JSON.stringify(Object.fromEntries(entries))
  const json = new TextEncoder().encode(text)
  const headerLength = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + headerLength + size)
  new DataView(bytes.buffer).setUint32(0, headerLength, true)
  bytes.fill(0x20, 8, 8 + headerLength)
  bytes.set(json, 8)
  let at = 8 + headerLength
  for (const { array } of tensors) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  const padded = text + ' '.repeat(headerLength - json.length)
  const sum = checksumOf(padded, bytes.subarray(8 + headerLength))
  bytes.set(new TextEncoder().encode(withChecksum(padded, NO_CHECKSUM, sum)), 8)
  return bytes
}

/** A decoded file: the model, and the header's other strings. */
export interface DecodedModel {
  readonly model: Model
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * The model in a file's bytes. Arrays are views on `buffer`, which may be shared between threads; only arrays that
 * another writer left unaligned are copied.
 *
 * @throws MlError `bad_model` when the file is truncated, has bytes left over, claims a header larger than itself,
 *   overlaps or skips bytes, holds a type no Model can hold, or is not what its checksum says, as after a flipped bit
 */
export function decodeModel(buffer: ArrayBufferLike): DecodedModel {
  if (buffer.byteLength < 8) throw bad('the file is shorter than its header length')
  const view = new DataView(buffer)
  const headerLength = view.getUint32(0, true)
  if (view.getUint32(4, true) !== 0 || headerLength > MAX_HEADER_BYTES) throw bad('the header claims to be huge')
  const dataStart = 8 + headerLength
  if (dataStart > buffer.byteLength) throw bad('the file ends inside its header')
  const text = headerText(new Uint8Array(buffer, 8, headerLength))
  const header = parseHeader(text)
  const { kind, params, checksum, ...metadata } = metadataOf(header.get('__metadata__'))
  header.delete('__metadata__')
  if (kind === undefined || params === undefined) throw bad('the header names no kind or no params')
  if (checksum === undefined) throw bad('the header has no checksum')

  const tensors = [...header].map(([name, value]) => tensorOf(name, value))
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  const arrays: [string, TypedArray][] = []
  for (const { name, dtype, length, begin, end } of tensors) {
    if (begin !== covered) throw bad(`array ${name} overlaps or leaves a hole`)
    covered = end
    if (dataStart + end > buffer.byteLength) throw bad(`the file ends inside array ${name}`)
    const aligned = (dataStart + begin) % WIDTHS[dtype] === 0
    const source = aligned ? buffer : buffer.slice(dataStart + begin, dataStart + end)
    arrays.push([name, MAKERS[dtype](source, aligned ? dataStart + begin : 0, length)])
  }
  if (dataStart + covered !== buffer.byteLength) throw bad('bytes are left over after the last array')
  if (checksumOf(withChecksum(text, checksum, NO_CHECKSUM), new Uint8Array(buffer, dataStart)) !== checksum) {
    throw bad('its content is not what was written: the checksum differs')
  }
  return { model: { kind, params: parseJson(params), arrays: Object.fromEntries(arrays) }, metadata }
}

function dtypeOf(array: TypedArray): Dtype {
  if (array instanceof Float64Array) return 'F64'
  if (array instanceof Float32Array) return 'F32'
  if (array instanceof Int32Array) return 'I32'
  if (array instanceof Uint32Array) return 'U32'
  return 'U8'
}

/** @param header as it reads with `NO_CHECKSUM`, padding included */
export function checksumOf(header: string, data: Uint8Array): string {
  return xxh32(data, xxh32(new TextEncoder().encode(header)))
    .toString(16)
    .padStart(NO_CHECKSUM.length, '0')
}

function withChecksum(header: string, from: string, to: string): string {
  return header.replace(`"checksum":"${from}"`, () => `"checksum":"${to}"`)
}

function headerText(bytes: Uint8Array): string {
  try {
    // A copy, because decoders refuse shared memory.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    throw bad('the header is not UTF-8')
  }
}

function parseHeader(text: string): Map<string, unknown> {
  const header = parseJson(text)
  if (!isRecord(header)) throw bad('the header is not an object')
  return new Map(Object.entries(header))
}

function metadataOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw bad('the header has no metadata')
  const strings: [string, string][] = []
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw bad(`metadata ${name} is not a string`)
    strings.push([name, text])
  }
  return Object.fromEntries(strings)
}

function tensorOf(name: string, value: unknown) {
  if (!isRecord(value)) throw bad(`array ${name} has no description`)
  const { dtype, shape, data_offsets: range } = value
  if (!isDtype(dtype)) throw bad(`array ${name} has the type ${String(dtype)}, which no model can hold`)
  if (!isCounts(shape) || !isCounts(range) || range.length !== 2) throw bad(`array ${name} has no shape or no range`)
  const [begin = 0, end = 0] = range
  const length = shape.reduce((product, size) => product * size, 1)
  if (end - begin !== length * WIDTHS[dtype]) throw bad(`array ${name} has a range that does not fit its shape`)
  return { name, dtype, length, begin, end }
}

function isDtype(value: unknown): value is Dtype {
  return typeof value === 'string' && Object.hasOwn(MAKERS, value)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw bad('the header is not JSON')
  }
}

function bad(detail: string): MlError {
  return new MlError('bad_model', detail)
}
