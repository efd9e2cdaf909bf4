export type Labels = Readonly<Record<string, string>>

/** A number for each set of labels. */
export interface Reading {
  readonly labels: Labels
  readonly value: number
}

export interface Measure {
  /** By Prometheus' conventions: `storemind_…`, the unit in the name, `_total` for what only grows. */
  readonly name: string
  readonly help: string
  /** Names of its labels. They take few values, and never anything of a shopper. */
  readonly labels?: readonly string[]
}

/** One value, or one for each set of labels. */
export type Readings = number | readonly Reading[]

/** How parts of the engine let themselves be measured. */
export interface Meter {
  /** What is read when somebody asks, so that it costs nothing in between: a queue's length, a follower's lag. */
  gauge(measure: Measure, read: () => Readings | Promise<Readings>): void
  /** @returns counts; costs about a microsecond */
  counter(measure: Measure): (labels?: Labels, by?: number) => void
  /**
   * @param buckets upper bounds, ascending
   * @returns observes one value; costs about a microsecond
   */
  histogram(measure: Measure, buckets: readonly number[]): (labels: Labels, value: number) => void
}
