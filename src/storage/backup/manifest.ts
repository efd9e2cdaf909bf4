import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Type from 'typebox'
import { flushDirectory, flushFile } from '../durable-files.ts'

/** What a backup folder says of itself: written last, so a folder without it is not a backup. */
export const Manifest = Type.Object({
  format: Type.Enum(['storemind-backup', 'storemind-keys']),
  formatVersion: Type.Literal(1),
  storeId: Type.String(),
  schema: Type.Integer({ minimum: 1 }),
  createdAt: Type.Integer(),
  files: Type.Array(
    Type.Object({
      /** Relative, with forward slashes. */
      name: Type.String({ minLength: 1 }),
      bytes: Type.Integer({ minimum: 0 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    }),
  ),
})
export type Manifest = Type.Static<typeof Manifest>
export type ManifestFile = Manifest['files'][number]

export const MANIFEST_FILE = 'manifest.json'

/** A file's size and SHA-256, and the file flushed to disk. */
export async function describeFile(directory: string, name: string, signal?: AbortSignal): Promise<ManifestFile> {
  const path = join(directory, name)
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { signal })) hash.update(chunk)
  flushFile(path)
  return { name, bytes: statSync(path).size, sha256: hash.digest('hex') }
}

/** Copies a file durably and says what the copy holds. */
export async function copyFile(
  from: string,
  directory: string,
  name: string,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<ManifestFile> {
  const to = join(directory, name)
  mkdirSync(dirname(to), { recursive: true })
  const hash = createHash('sha256')
  let bytes = 0
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      bytes += chunk.length
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  await pipeline(createReadStream(from), watch, createWriteStream(to), signal === undefined ? {} : { signal })
  flushFile(to)
  flushDirectory(dirname(to))
  return { name, bytes, sha256: hash.digest('hex') }
}

/** False for a name that leads out of its folder. */
export function staysInside(name: string): boolean {
  const path = normalize(name)
  return !path.startsWith(`..`) && !path.startsWith(sep) && !path.includes(':') && path === normalize(join('.', name))
}
