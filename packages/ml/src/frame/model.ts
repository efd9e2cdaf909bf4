/** The arrays a model may hold: those that safetensors can name and shared memory can back. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/** A learned model as plain data: it crosses threads by reference and is saved as one safetensors file. */
export interface Model {
  /** Names the algorithm that made it and that can open it, for example `item-neighbours`. */
  readonly kind: string
  /** The trainer's parameters, JSON. */
  readonly params: unknown
  readonly arrays: Readonly<Record<string, TypedArray>>
}

/** What a training run reports as it goes; `fraction` runs from 0 to 1. */
export interface EpochReport {
  readonly fraction: number
  readonly loss?: number
}

/** Where and how a training run happens. None of it may change what is learned, save `rng`. */
export interface FitRun {
  readonly rng: Rng
  /** 1 to 64; others are a `bad_parameter`. */
  readonly threads: number
  readonly signal?: AbortSignal
  /** Bytes that may be taken beside the data; what needs more is refused as `too_large` before it starts. No bound if absent. */
  readonly memory?: number
  readonly onEpoch?: (report: EpochReport) => void
}

/** A seeded source of uniform numbers in [0, 1). */
export interface Rng {
  next(): number
}

/** Learns a model of parameters P's kind from data D. A trainer holds frozen parameters and nothing else. */
export interface Trainer<P, D, M extends Model> {
  readonly kind: string
  readonly params: Readonly<P>
  /** Bytes that `fit` takes at its peak beside this data, the model included, at most. */
  memory(data: D): number
  /** @throws MlError before work starts where the fault can be known; `cancelled` when `run.signal` fires. */
  fit(data: D, run: FitRun): Promise<M>
}
