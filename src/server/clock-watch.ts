import type { Clock } from '../core/ports.ts'

/** Holds the clock of the machine, which people and programs set, against the time that really passed. */
export interface ClockWatch {
  /**
   * How far the clock has been set ahead since the start, milliseconds; below zero where it was set back. A machine that
   * slept counts as set ahead: it did not see the time pass.
   */
  drift(): number
}

/** @param elapsed milliseconds since any moment, which nobody can set */
export function watchClock(clock: Clock, elapsed: () => number): ClockWatch {
  const offset = clock() - elapsed()
  return { drift: () => clock() - elapsed() - offset }
}
