import type { Maintenance } from '../../../core/ports.ts'
import type { StoreOptions } from '../../store.ts'
import type { OpenedStore } from './open.ts'
import type { WriterClient } from './writer.ts'

export function createMaintenance(_opened: OpenedStore, _writer: WriterClient, _options: StoreOptions): Maintenance {
  const missing = () => Promise.reject(new Error('not written yet'))
  return { backUp: missing, report: missing, applyRetention: missing, integrity: missing }
}
