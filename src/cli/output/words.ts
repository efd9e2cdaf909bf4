/** Numbers and times as a person reads them. */

export function count(n: number): string {
  return n.toLocaleString('en')
}

/** "1 product", "3 products". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = n
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`
}

/** `2011-12-09 12:50` in UTC. */
export function moment(millis: number): string {
  return new Date(millis).toISOString().slice(0, 16).replace('T', ' ')
}

export function day(millis: number): string {
  return new Date(millis).toISOString().slice(0, 10)
}

/** A metric: four decimals. */
export function figure(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(4)
}
