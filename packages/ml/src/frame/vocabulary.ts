import { MlError } from './errors.ts'

/** The two arrays a vocabulary is stored as: UTF-8 bytes of all names, and [size + 1] where each begins. */
export interface VocabularyArrays {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
}

/** Names ↔ dense indices, in order of first appearance. The only bridge between a store's ids and the algorithms. */
export class Vocabulary {
  readonly #names: string[] = []
  readonly #indices = new Map<string, number>()

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.add(name)
  }

  get size(): number {
    return this.#names.length
  }

  /** The name's index, new at the end when it is not yet known. @throws MlError `bad_name` on a lone surrogate. */
  add(name: string): number {
    const known = this.#indices.get(name)
    if (known !== undefined) return known
    // Two names that differ only in a lone surrogate would be one name once stored as UTF-8.
    if (!name.isWellFormed()) throw new MlError('bad_name', 'it holds half of a surrogate pair')
    this.#names.push(name)
    this.#indices.set(name, this.#names.length - 1)
    return this.#names.length - 1
  }

  /** The name's index, −1 when it is unknown. */
  index(name: string): number {
    return this.#indices.get(name) ?? -1
  }

  /** @throws MlError `index_out_of_range` */
  name(index: number): string {
    const name = this.#names[index]
    if (name === undefined) throw new MlError('index_out_of_range', `name ${index} of ${this.size}`)
    return name
  }

  names(): readonly string[] {
    return this.#names
  }

  toArrays(): VocabularyArrays {
    const encoder = new TextEncoder()
    const parts = this.#names.map((name) => encoder.encode(name))
    const offsets = new Int32Array(parts.length + 1)
    for (let i = 0; i < parts.length; i++) offsets[i + 1] = offsets[i]! + (parts[i]?.length ?? 0)
    const bytes = new Uint8Array(offsets[parts.length] ?? 0)
    parts.forEach((part, i) => {
      bytes.set(part, offsets[i])
    })
    return { bytes, offsets }
  }

  /** @throws MlError `bad_model` when offsets do not ascend over the bytes, on broken UTF-8, or on a repeated name. */
  static fromArrays({ bytes, offsets }: VocabularyArrays): Vocabulary {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const vocabulary = new Vocabulary()
    if (offsets.length === 0 || offsets[0] !== 0 || offsets[offsets.length - 1] !== bytes.length) {
      throw new MlError('bad_model', 'vocabulary offsets do not span its bytes')
    }
    for (let i = 0; i + 1 < offsets.length; i++) {
      if (offsets[i + 1]! < offsets[i]!) throw new MlError('bad_model', 'vocabulary offsets descend')
      const index = vocabulary.add(decode(decoder, bytes.slice(offsets[i], offsets[i + 1])))
      if (index !== i) throw new MlError('bad_model', `vocabulary name ${i} repeats`)
    }
    return vocabulary
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new MlError('bad_model', 'vocabulary bytes are not UTF-8')
  }
}
