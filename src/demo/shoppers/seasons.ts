import { DAY } from '../options.ts'

/** Visits by weekday, Sunday first; the largest is 1. */
const WEEKDAYS = [1, 0.72, 0.68, 0.68, 0.72, 0.8, 0.96] as const
/** Visits by hour of the day, running sums. */
const HOURS = runningSums([3, 2, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 11, 12, 14, 17, 21, 22, 18, 11, 6])

/** How much is going on in the shop on a day, by weekday and by the time of the year. In (0, 1]. */
export function traffic(startOfDay: number): number {
  const weekday = WEEKDAYS[new Date(startOfDay).getUTCDay()] ?? 1
  return weekday * (0.8 + 0.2 * yearWave(startOfDay, 12))
}

/** How much a leaf is wanted at a time of the year: 1 on average over the year. @param peak month 1 to 12, 0 for none */
export function season(at: number, peak: number): number {
  return peak === 0 ? 1 : 1 + 0.8 * yearWave(at, peak)
}

/** 1 in the middle of the given month, −1 half a year from it. */
function yearWave(at: number, month: number): number {
  const days = (at - Date.UTC(2000, 0, 1)) / DAY
  return Math.cos((2 * Math.PI * (days - (month - 0.5) * 30.44)) / 365.25)
}

/** @param draw uniform in [0, 1) @returns milliseconds into the day */
export function timeOfDay(draw: number): number {
  const target = draw * (HOURS[23] ?? 1)
  const hour = HOURS.findIndex((sum) => sum > target)
  const before = hour === 0 ? 0 : (HOURS[hour - 1] ?? 0)
  return Math.floor((hour + (target - before) / ((HOURS[hour] ?? 1) - before)) * 3_600_000)
}

function runningSums(values: readonly number[]): readonly number[] {
  let sum = 0
  return values.map((value) => {
    sum += value
    return sum
  })
}
