import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file so that after a crash it is there whole or not at all. */
export function writeFileDurably(path: string, content: string | Uint8Array, mode = 0o644): void {
  const partial = `${path}.partial`
  const file = openSync(partial, 'w', mode)
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameDurably(partial, path)
}

/** Renames, and waits until the folder knows it. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to)
  flushDirectory(dirname(to))
}

export function flushFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A folder's own entries; where a file system cannot flush folders, it needs no flush. */
export function flushDirectory(path: string): void {
  let folder: number
  try {
    folder = openSync(path, 'r')
  } catch {
    return
  }
  try {
    fsyncSync(folder)
  } catch {
    // Some file systems refuse to flush a folder.
  } finally {
    closeSync(folder)
  }
}
