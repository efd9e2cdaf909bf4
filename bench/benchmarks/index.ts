import type { Benchmark } from '../harness/benchmark.ts'
import { beauty } from './beauty.ts'
import { coldItems } from './cold-items.ts'
import { evaluation } from './evaluation.ts'
import { gowalla } from './gowalla.ts'
import { ialsCurve } from './ials-curve.ts'
import { ialsSpeed } from './ials-speed.ts'
import { idle } from './idle.ts'
import { growthIngest, ingest } from './ingest.ts'
import { kernels } from './kernels.ts'
import { newItems } from './new-items.ts'
import { growthServe, serve, serveLive } from './serve.ts'
import { completejourney, onlineRetail } from './shops.ts'
import { start } from './start.ts'
import { tafeng } from './tafeng.ts'
import { topkSpeed } from './topk-speed.ts'
import { growthTrain, trainLarge } from './training.ts'

export const BENCHMARKS: readonly Benchmark[] = [
  onlineRetail,
  completejourney,
  beauty,
  tafeng,
  coldItems,
  newItems,
  gowalla,
  kernels,
  ialsSpeed,
  ialsCurve,
  topkSpeed,
  serve,
  serveLive,
  start,
  idle,
  ingest,
  growthIngest,
  growthServe,
  growthTrain,
  trainLarge,
  evaluation,
]
