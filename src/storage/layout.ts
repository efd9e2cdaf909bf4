import { join } from 'node:path'

/** What stands where in a store's folder. */
export interface StoreLayout {
  readonly directory: string
  readonly database: string
  readonly keys: string
  readonly keyDatabase: string
  readonly masterKey: string
  readonly models: string
  readonly configuration: string
  /** Who holds the store, as JSON. */
  readonly lock: string
  /** The file whose lock the operating system drops when its holder dies. */
  readonly lockGuard: string
}

export function layoutOf(directory: string): StoreLayout {
  const keys = join(directory, 'keys')
  return {
    directory,
    database: join(directory, 'store.db'),
    keys,
    keyDatabase: join(keys, 'keys.db'),
    masterKey: join(keys, 'master.key'),
    models: join(directory, 'models'),
    configuration: join(directory, 'storemind.json'),
    lock: join(directory, 'lock'),
    lockGuard: join(directory, 'lock.guard'),
  }
}

export function modelDirectory(layout: StoreLayout, version: number): string {
  return join(layout.models, String(version))
}
