import type { Clock, Maintenance } from '../../../core/ports.ts'
import { backUpStore } from '../../backup/back-up.ts'
import { applyRetention } from '../../repositories/retention.ts'
import type { OpenedStore } from './open.ts'
import { runQuery } from './run-query.ts'
import type { WriterClient } from './writer.ts'

export function createMaintenance(opened: OpenedStore, writer: WriterClient, clock: Clock): Maintenance {
  const { layout, keyring, masterKey } = opened
  const store = { directory: layout.directory, masterKey }
  return {
    backUp(to, keysTo, onProgress, signal) {
      const keys = keysTo === undefined ? {} : { keysTo }
      const stop = signal === undefined ? {} : { signal }
      return backUpStore({ layout, storeId: keyring.storeId, clock, to, onProgress, ...keys, ...stop })
    },
    report: (rule) => runQuery(store, 'report', rule),
    applyRetention: (rule, now) => applyRetention(writer, rule, now),
    integrity: () => runQuery(store, 'integrity', undefined),
  }
}
