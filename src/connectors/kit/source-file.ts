import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CodedError } from '../../contracts/errors.ts'

export const ENCODINGS = ['utf-8', 'latin1', 'utf-16le'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** A file that was looked at from end to end: it exists, is not empty, and its bytes are the encoding's. */
export interface SourceFile {
  readonly path: string
  readonly bytes: number
  /** SHA-256 of the content, hex. */
  readonly hash: string
  readonly encoding: Encoding
}

export interface ReadOptions {
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

const CHUNK_BYTES = 262_144

/** @throws CodedError FILE_NOT_FOUND where the path names neither a file nor a folder that may be read */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw notFound(path, error)
  }
}

/**
 * The files of a folder whose names end with one of `extensions`, by name; or the file itself.
 * @throws CodedError FILE_NOT_FOUND
 */
export async function filesAt(path: string, extensions: readonly string[]): Promise<string[]> {
  if (!(await isFolder(path))) return [path]
  try {
    const names = (await readdir(path)).filter((name) => extensions.some((end) => name.toLowerCase().endsWith(end)))
    if (names.length > 0) return names.sort().map((name) => join(path, name))
  } catch (error) {
    throw notFound(path, error)
  }
  throw new CodedError('FILE_NOT_FOUND', {
    path,
    problem: `the folder holds no file ending with ${extensions.join(' or ')}`,
  })
}

/**
 * Reads the whole file once: hash, size, and whether its bytes are text in this encoding. A byte order mark of UTF-16LE
 * overrules `encoding`. A character that the end of the file cuts in two is left for the reader to report.
 * @throws CodedError FILE_NOT_FOUND, FILE_EMPTY, FILE_ENCODING
 */
export async function inspectFile(path: string, encoding: Encoding = 'utf-8'): Promise<SourceFile> {
  if (await isFolder(path)) throw new CodedError('FILE_NOT_FOUND', { path, problem: 'it is a folder' })
  const hash = createHash('sha256')
  let bytes = 0
  let found = encoding
  let cut: Buffer = Buffer.alloc(0)
  let blank = true
  const utf16 = new TextDecoder('utf-16le', { fatal: true })
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      const piece: Buffer = chunk
      hash.update(piece)
      if (bytes === 0) found = encodingByMark(piece, path) ?? encoding
      blank &&= isBlank(piece)
      if (found === 'utf-8') {
        const text = cut.length > 0 ? Buffer.concat([cut, piece]) : piece
        const whole = wholeCharacters(text)
        if (!isUtf8(text.subarray(0, whole))) {
          throw new CodedError('FILE_ENCODING', {
            path,
            offset: bytes - cut.length + firstBadByte(text.subarray(0, whole)),
          })
        }
        cut = text.subarray(whole)
      } else if (found === 'utf-16le') {
        try {
          utf16.decode(piece, { stream: true })
        } catch {
          throw new CodedError('FILE_ENCODING', { path, offset: bytes })
        }
      }
      bytes += piece.length
    }
  } catch (error) {
    throw error instanceof CodedError ? error : notFound(path, error)
  }
  if (blank) throw new CodedError('FILE_EMPTY', { path })
  return { path, bytes, hash: hash.digest('hex'), encoding: found }
}

/**
 * The file's text as UTF-8 bytes without a byte order mark, in chunks. Stops without an error when `signal` is aborted.
 * A character that the end of the file cut in two comes out as U+FFFD.
 */
export async function* readText(file: SourceFile, { signal, onBytes }: ReadOptions): AsyncGenerator<Buffer> {
  // The label is the web's: `latin1` reads as windows-1252, which is what spreadsheets write.
  const decoder = file.encoding === 'utf-8' ? undefined : new TextDecoder(file.encoding)
  let read = 0
  if (signal.aborted) return
  const stream = createReadStream(file.path, { highWaterMark: CHUNK_BYTES })
  try {
    for await (const chunk of stream) {
      if (signal.aborted) return
      let piece: Buffer = chunk
      if (decoder === undefined && read === 0 && piece.subarray(0, 3).equals(UTF8_MARK)) piece = piece.subarray(3)
      yield decoder === undefined ? piece : Buffer.from(decoder.decode(piece, { stream: true }))
      read += chunk.length
      onBytes(read)
    }
    const rest = decoder?.decode()
    if (rest !== undefined && rest !== '') yield Buffer.from(rest)
  } finally {
    stream.destroy()
  }
}

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])

function encodingByMark(start: Buffer, path: string): Encoding | undefined {
  if (start.subarray(0, 3).equals(UTF8_MARK)) return 'utf-8'
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) throw new CodedError('FILE_ENCODING', { path, offset: 0 })
  return undefined
}

/** Nothing but spaces, line ends, zero bytes and a byte order mark. */
function isBlank(piece: Buffer): boolean {
  return piece.every((byte) => byte <= 32 || byte >= 0xfe) || piece.equals(UTF8_MARK)
}

/** Length without the bytes at the end that begin a character which is not complete. */
function wholeCharacters(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return needed > back ? text.length - back : text.length
  }
  return text.length
}

function firstBadByte(text: Buffer): number {
  let good = 0
  let bad = text.length
  // Smallest prefix that is not valid, up to a character that the prefix itself cuts.
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isUtf8(text.subarray(0, wholeCharacters(text.subarray(0, middle))))) good = middle
    else bad = middle
  }
  return wholeCharacters(text.subarray(0, good))
}

function notFound(path: string, error: unknown): CodedError {
  const cause = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'permission is denied',
    ENOTDIR: 'part of the path is not a folder',
  }
  const problem = (Object.hasOwn(words, cause) ? words[cause] : undefined) ?? cause
  return new CodedError('FILE_NOT_FOUND', { path, problem }, { cause: error })
}
