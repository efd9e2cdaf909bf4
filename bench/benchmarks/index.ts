import type { Benchmark } from '../harness/benchmark.ts'
import { coldItems } from './cold-items.ts'
import { idle } from './idle.ts'
import { growthIngest, ingest } from './ingest.ts'
import { kernels } from './kernels.ts'
import { serve, serveLive } from './serve.ts'
import { completejourney, onlineRetail } from './shops.ts'
import { start } from './start.ts'

export const BENCHMARKS: readonly Benchmark[] = [
  onlineRetail,
  completejourney,
  coldItems,
  kernels,
  serve,
  serveLive,
  start,
  idle,
  ingest,
  growthIngest,
]
