import { parentPort, workerData } from 'node:worker_threads'
import { type ListsWork, NearestListsShare } from './nearest-lists-share.ts'

const work: ListsWork = workerData
const share = new NearestListsShare(work)
while (share.takeBlock());
parentPort?.postMessage(share.part())
