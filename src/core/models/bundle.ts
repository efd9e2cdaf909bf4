import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { decodeModel, encodeModel, MlError, type Model } from '@storemind/ml'
import { CodedError } from '../../contracts/errors.ts'

/*
 * A model version on disk: a folder with one safetensors file for each of its models. The folder appears whole or not
 * at all, and is never changed afterwards.
 */

/** The models of one version by name; names are what their files are called. */
export type ModelBundle = ReadonlyMap<string, Model>

/** What a bundle's files are, as the registry keeps it. */
export interface BundleFiles {
  /** File name → SHA-256, hex. */
  readonly files: Readonly<Record<string, string>>
  readonly bytes: number
}

const DRAFT = '.draft'
const NAME = /^[a-z][a-z0-9_-]{0,63}$/
const SUFFIX = '.safetensors'

/** Bytes that are read or hashed at a time: neither can take 2 GiB at once, which a model of a large catalogue has. */
const STRETCH = 2 ** 26

/**
 * Writes a bundle so that it is durable when this resolves: files, folder, and the folder's own name.
 *
 * @param directory made here; what an interrupted run left there is replaced
 * @throws CodedError DISK_FULL; RangeError for a name that no file could have
 */
export async function writeBundle(directory: string, models: ModelBundle): Promise<BundleFiles> {
  const draft = directory + DRAFT
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true })
    const files: Record<string, string> = {}
    let bytes = 0
    for (const [name, model] of models) {
      if (!NAME.test(name)) throw new RangeError(`a model may not be called ${name}`)
      const content = encodeModel(model)
      await writeDurably(join(draft, name + SUFFIX), content)
      files[name + SUFFIX] = sha256Of(content)
      bytes += content.length
    }
    await syncDirectory(draft)
    await rm(directory, { recursive: true, force: true })
    await rename(draft, directory)
    await syncDirectory(dirname(directory))
    return { files, bytes }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    if (isFull(error)) throw new CodedError('DISK_FULL', { path: directory }, { cause: error })
    throw error
  }
}

/**
 * Reads a bundle into shared memory, each file checked against its SHA-256.
 *
 * @returns models whose arrays lie in SharedArrayBuffers: other threads see them without a copy
 * @throws CodedError MODEL_BROKEN when a file is missing, changed, cut short, or not a model
 */
export async function readBundle(directory: string, files: BundleFiles['files']): Promise<ModelBundle> {
  const models = new Map<string, Model>()
  for (const [file, sha256] of Object.entries(files)) {
    const content = await readShared(join(directory, file))
    if (sha256Of(new Uint8Array(content)) !== sha256) {
      throw broken(directory, file, 'its content is not what was written')
    }
    models.set(file.slice(0, -SUFFIX.length), decode(content, directory, file))
  }
  return models
}

/** Removes a bundle that is registered nowhere. What cannot be removed costs room, and nothing else. */
export async function removeBundle(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true }).catch(() => undefined)
}

/**
 * Removes what runs that were killed left among the bundles: drafts, and bundles that were written and never
 * registered. Anything that is not named like a version stays. Only while nothing is being written.
 *
 * @param parent folder of the bundles, each named by its version
 * @param registered versions to keep
 * @returns names of what was removed; what cannot be removed costs room, and nothing else
 */
export async function removeStrays(parent: string, registered: ReadonlySet<number>): Promise<string[]> {
  const names = await readdir(parent).catch(() => [])
  const strays = names.filter((name) => {
    const [, version, draft] = /^(\d{1,15})(\.draft)?$/.exec(name) ?? []
    return version !== undefined && (draft !== undefined || !registered.has(Number(version)))
  })
  const removed: string[] = []
  for (const name of strays) {
    await rm(join(parent, name), { recursive: true, force: true }).then(
      () => removed.push(name),
      () => undefined,
    )
  }
  return removed
}

function decode(content: SharedArrayBuffer, directory: string, file: string): Model {
  try {
    return decodeModel(content).model
  } catch (error) {
    if (error instanceof MlError) throw broken(directory, file, error.message, error)
    throw error
  }
}

async function readShared(path: string): Promise<SharedArrayBuffer> {
  try {
    const handle = await open(path, 'r')
    try {
      const { size } = await handle.stat()
      const content = new SharedArrayBuffer(size)
      const view = new Uint8Array(content)
      let at = 0
      while (at < size) {
        const { bytesRead } = await handle.read(view, at, Math.min(STRETCH, size - at), at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return content
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw broken(dirname(path), path.slice(dirname(path).length + 1), messageOf(error), error)
  }
}

function sha256Of(content: Uint8Array): string {
  const hash = createHash('sha256')
  for (let at = 0; at < content.length; at += STRETCH) hash.update(content.subarray(at, at + STRETCH))
  return hash.digest('hex')
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A new name in a folder is durable only when the folder is. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function broken(directory: string, file: string, problem: string, cause?: unknown): CodedError {
  return new CodedError('MODEL_BROKEN', { file: join(directory, file), problem }, { cause })
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
