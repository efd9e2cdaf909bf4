import { MlError } from './errors.ts'
import type { FitRun, Model, Trainer, TypedArray } from './model.ts'
import type { ParameterSet } from './parameters.ts'
import { checkCancelled, checkMemory, checkThreads } from './run.ts'

/** One algorithm: what it may be told (parameters), how it learns (trainer), what its model can do (open). */
export interface Algorithm<P extends object, D, Opened extends object> {
  readonly kind: string
  readonly parameters: ParameterSet<P>
  /** @throws MlError `bad_parameter` */
  trainer(params?: Partial<P>): Trainer<P, D, Model>
  /** The model with its abilities. @throws MlError `bad_model` on another kind, other parameters or missing arrays. */
  open(model: Model): Opened
  /**
   * The model with the items and users that came after it, without training again: its items keep their numbers, and
   * those of `data` that follow them are new. Absent where nobody's taking teaches the model an item.
   *
   * @param data all that is known by now, of old and new items
   * @throws MlError `bad_model`, `length_mismatch` for data of fewer items than the model's, and as `fit` does
   */
  readonly extend?: (model: Model, data: D, run: FitRun) => Promise<Model>
}

/** What an author writes; `defineAlgorithm` adds freezing, checking and the model's envelope. */
export interface AlgorithmDefinition<P extends object, D, Opened extends object> {
  readonly kind: string
  readonly parameters: ParameterSet<P>
  /** Bytes that `fit` takes at its peak beside the data, the model included, at most. Read off sizes; allocates nothing. */
  memory(data: D, params: Readonly<P>): number
  fit(data: D, params: Readonly<P>, run: FitRun): Promise<Record<string, TypedArray>>
  open(arrays: ArrayReader, params: Readonly<P>): Opened
  /** `fit` where a fit is one reading of the data that learns nothing further, so that no shorter way could be. */
  readonly extend?: Extension<P, D> | 'fit'
}

/** How a model comes to know the items that follow its own, the rest being left as it was learned. */
export interface Extension<P extends object, D> {
  /** As `memory` of the algorithm, of `extend`; the arrays are those of a model that opens. */
  memory(data: D, params: Readonly<P>, arrays: ArrayReader): number
  extend(arrays: ArrayReader, data: D, params: Readonly<P>, run: FitRun): Promise<Record<string, TypedArray>>
}

export function defineAlgorithm<P extends object, D, Opened extends object>(
  definition: AlgorithmDefinition<P, D, Opened>,
): Algorithm<P, D, Opened> {
  const { kind, parameters, extend } = definition
  const trainer = (given?: Partial<P>): Trainer<P, D, Model> => {
    const params = parameters.resolve(given)
    return {
      kind,
      params,
      memory: (data) => definition.memory(data, params),
      fit: (data, run) =>
        made(kind, params, definition.memory(data, params), run, () => definition.fit(data, params, run)),
    }
  }
  const check = (model: Model): Readonly<P> => {
    if (model.kind !== kind) throw new MlError('bad_model', `its kind is ${model.kind}, not ${kind}`)
    return parametersOf(parameters, model.params)
  }
  const algorithm: Algorithm<P, D, Opened> = {
    kind,
    parameters,
    trainer,
    open: (model) => definition.open(new ArrayReader(model), check(model)),
  }
  if (!extend) return algorithm
  return {
    ...algorithm,
    async extend(model, data, run) {
      const params = check(model)
      // A model that cannot be opened is refused before anything is learned.
      checkFollows(data, algorithm.open(model))
      if (extend === 'fit') return trainer(params).fit(data, run)
      const arrays = new ArrayReader(model)
      const learn = () => extend.extend(arrays, data, params, run)
      return made(kind, params, extend.memory(data, params, arrays), run, learn)
    },
  }
}

/** @throws MlError `length_mismatch` */
function checkFollows(data: unknown, opened: object): void {
  const [known, given] = [itemsOf(opened), itemsOf(data)]
  if (known === undefined || given === undefined || given >= known) return
  throw new MlError('length_mismatch', `data of ${given} items for a model that knows ${known}`)
}

function itemsOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null || !('items' in value)) return undefined
  return typeof value.items === 'number' ? value.items : undefined
}

async function made<P>(
  kind: string,
  params: Readonly<P>,
  bytes: number,
  run: FitRun,
  learn: () => Promise<Record<string, TypedArray>>,
): Promise<Model> {
  checkThreads(run)
  checkCancelled(run)
  checkMemory(kind, bytes, run)
  const arrays = await learn()
  checkCancelled(run)
  return { kind, params, arrays }
}

function parametersOf<P extends object>(parameters: ParameterSet<P>, stored: unknown): Readonly<P> {
  try {
    return parameters.resolve(stored)
  } catch (error) {
    if (error instanceof MlError) throw new MlError('bad_model', `its parameters: ${error.detail}`)
    throw error
  }
}

/** Reads a model's arrays by name and type, with their expected lengths; what is wrong is a `bad_model`. */
export class ArrayReader {
  readonly #arrays: Readonly<Record<string, TypedArray>>

  constructor(model: Model) {
    this.#arrays = model.arrays
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#arrays, name)
  }

  /** Float32, all finite. */
  f32(name: string, length?: number): Float32Array {
    const array = this.#get(name, length)
    if (array instanceof Float32Array) return finite(name, array)
    throw new MlError('bad_model', `array ${name} is not Float32`)
  }

  /** Float64, all finite. */
  f64(name: string, length?: number): Float64Array {
    return finite(name, this.f64Unbounded(name, length))
  }

  /** Float64 in which NaN or Infinity says something: that a figure is not known, or that it is never. */
  f64Unbounded(name: string, length?: number): Float64Array {
    const array = this.#get(name, length)
    if (array instanceof Float64Array) return array
    throw new MlError('bad_model', `array ${name} is not Float64`)
  }

  i32(name: string, length?: number): Int32Array {
    const array = this.#get(name, length)
    if (array instanceof Int32Array) return array
    throw new MlError('bad_model', `array ${name} is not Int32`)
  }

  u8(name: string, length?: number): Uint8Array {
    const array = this.#get(name, length)
    if (array instanceof Uint8Array) return array
    throw new MlError('bad_model', `array ${name} is not Uint8`)
  }

  /** Int32 [rows + 1] that starts at 0 and never descends, and whose last value is `entries` when that is given. */
  offsets(name: string, entries?: number): Int32Array {
    const array = this.i32(name)
    if (array.length === 0 || array[0] !== 0) throw new MlError('bad_model', `offsets ${name} do not start at 0`)
    for (let i = 1; i < array.length; i++) {
      if (array[i]! < array[i - 1]!) throw new MlError('bad_model', `offsets ${name} descend`)
    }
    if (entries !== undefined && array[array.length - 1] !== entries) {
      throw new MlError('bad_model', `offsets ${name} do not span ${entries} entries`)
    }
    return array
  }

  /** Int32 whose values all lie in [min, bound). */
  indices(name: string, bound: number, length?: number, min = 0): Int32Array {
    const array = this.i32(name, length)
    for (let i = 0; i < array.length; i++) {
      if (array[i]! < min || array[i]! >= bound) throw new MlError('bad_model', `array ${name} points outside ${bound}`)
    }
    return array
  }

  #get(name: string, length: number | undefined): TypedArray {
    const array = this.has(name) ? this.#arrays[name] : undefined
    if (!array) throw new MlError('bad_model', `array ${name} is missing`)
    if (length !== undefined && array.length !== length) {
      throw new MlError('bad_model', `array ${name} has ${array.length} entries, not ${length}`)
    }
    return array
  }
}

/** @cost O(n), a subtraction each */
function finite<A extends Float32Array | Float64Array>(name: string, array: A): A {
  for (let i = 0; i < array.length; i++) {
    // Infinity − Infinity and NaN − NaN are NaN.
    if (array[i]! - array[i]! !== 0) throw new MlError('bad_model', `array ${name} holds ${array[i]} at ${i}`)
  }
  return array
}
