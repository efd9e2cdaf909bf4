import { median } from './statistics.ts'

/** One side of a comparison: does its work once and says how long it took, in seconds. */
export interface Side<Name extends string> {
  readonly name: Name
  run(round: number): Promise<number>
}

/**
 * Runs the sides in turns, each round in the opposite order, so that a machine that slows down does so for all of them.
 * The first round warms up and does not count.
 *
 * @returns the median seconds of each side
 */
export async function interleave<Name extends string>(
  sides: readonly Side<Name>[],
  rounds: number,
): Promise<Record<Name, number>> {
  const seconds = new Map<Name, number[]>(sides.map(({ name }) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const took = await side.run(round)
      if (round > 0) seconds.get(side.name)?.push(took)
    }
  }
  const medians = Object.fromEntries([...seconds].map(([name, values]) => [name, median(values)]))
  // The keys are the sides' names, one each.
  return medians as Record<Name, number>
}
