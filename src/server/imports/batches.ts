import type { ImportItem, SourceLine } from '../../connectors/kit/importer.ts'
import type { RowProblem } from '../../contracts/import.ts'
import type { Product } from '../../contracts/product.ts'
import type { IngestItem } from '../../core/profiles/ingest.ts'
import type { ImportSink } from './sink.ts'
import type { ImportTally } from './tally.ts'

/** Large enough that a commit's fsync weighs little, small enough that requests in between do not wait long. */
const BATCH = 1000

interface Batch {
  readonly products: Product[]
  readonly events: IngestItem[]
  /** Where each event came from. */
  readonly lines: SourceLine[]
  readonly problems: RowProblem[]
  /** Fingerprints of files of which this is the end. */
  readonly ended: string[]
}

/**
 * The batches of an import on their way into its sink. While one is being stored, the next is gathered, understood and
 * handed over, so that the writer never waits; they are stored in order. A batch goes over the ends of files: a folder
 * of small ones takes no more commits than one of their size.
 */
export class Batches {
  readonly #sink: ImportSink
  readonly #tally: ImportTally
  #batch = emptyBatch()
  #size = 0
  /** Two at most are under way: that of which the store's answer is awaited, and that which follows it. */
  #before: Promise<void> = Promise.resolve()
  #last: Promise<void> = Promise.resolve()

  constructor(sink: ImportSink, tally: ImportTally) {
    this.#sink = sink
    this.#tally = tally
  }

  get isFull(): boolean {
    return this.#size >= BATCH
  }

  addProduct(product: Product): void {
    this.#count()
    this.#batch.products.push(product)
  }

  addEvent(event: IngestItem, line: SourceLine): void {
    this.#count()
    this.#batch.events.push(event)
    this.#batch.lines.push(line)
  }

  addProblem({ line, code, details }: ImportItem & { kind: 'problem' }): void {
    this.#count()
    this.#batch.problems.push(this.#tally.problem(line, code, details))
  }

  /** The file whose records came last was read to its end: it is finished once they are all stored. */
  endFile(fingerprint: string): void {
    this.#batch.ended.push(fingerprint)
  }

  /**
   * Resolves when the next batch may be gathered.
   * @throws CodedError of the store, about a batch that was handed over earlier
   */
  async handOver(): Promise<void> {
    await this.#before
    this.#before = this.#last
    const asked = Promise.withResolvers<void>()
    this.#last = this.#store(this.#batch, this.#before, asked.resolve)
    // Whoever awaits it next hears of a failure; without this one Node would call it unhandled in between.
    this.#last.catch(() => undefined)
    this.#batch = emptyBatch()
    this.#size = 0
    await Promise.race([asked.promise, this.#last])
  }

  /**
   * Stores what is left. When it ends, also with an error, nothing is under way.
   * @throws CodedError of the store
   */
  async end(): Promise<void> {
    try {
      await this.handOver()
    } finally {
      await Promise.allSettled([this.#before, this.#last])
    }
    await this.#before
    await this.#last
  }

  #count(): void {
    this.#size++
    this.#tally.counts.rows++
  }

  /**
   * @param earlier the batches before this one
   * @param onAsked told when what follows may be handed over, and will be stored after this; products must be in first
   */
  async #store(
    { products, events, lines, problems, ended }: Batch,
    earlier: Promise<void>,
    onAsked: () => void,
  ): Promise<void> {
    const { counts } = this.#tally
    if (products.length > 0) {
      const { changed, unchanged } = await this.#sink.products(products)
      counts.products += changed
      counts.productsUnchanged += unchanged
    }
    const refusals: RowProblem[] = []
    if (events.length > 0) {
      const { added, known, refused } = await this.#sink.events(events, onAsked)
      counts.events += added
      counts.eventsKnown += known
      for (const { index, code, details } of refused) {
        const line = lines[index]
        if (line !== undefined) refusals.push(this.#tally.problem(line, code, details))
      }
    }
    if (problems.length + refusals.length > 0) await this.#sink.problems([...problems, ...refusals])
    if (ended.length === 0) return
    // Records of the same file may stand in an earlier batch, and that one may have failed.
    await earlier
    await Promise.all([...ended.map((fingerprint) => this.#sink.finish(fingerprint)), this.#sink.update(this.#tally)])
  }
}

function emptyBatch(): Batch {
  return { products: [], events: [], lines: [], problems: [], ended: [] }
}
