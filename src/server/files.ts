import { readdir } from 'node:fs/promises'

/** Whether something may be written there: the folder does not exist, or is empty. */
export async function freeFolder(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
