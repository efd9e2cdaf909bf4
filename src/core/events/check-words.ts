import type { Finding } from '../../contracts/import.ts'

/** A finding whose level depends on a share of the whole. */
export function finding(
  code: string,
  level: Finding['level'],
  words: Pick<Finding, 'title' | 'detail' | 'todo'>,
  count: number,
  share?: number,
): Finding {
  return { code, level, ...words, count, ...(share !== undefined && { share }) }
}

export const NOTHING_TO_DO = 'Nothing.'

/** 0 where there is nothing to have a share of. */
export function shareOf(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}

/** "1,234" */
export function count(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** "1 product", "2 products" */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

/** "12 %", and never "0 %" of something that is there. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return 'less than 0.1 %'
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}

export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
