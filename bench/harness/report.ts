import type { BenchmarkResult, Figures } from './benchmark.ts'

/** The figures as a table: a row a figure, a column for us and for each peer. */
export function table({ metrics, peers }: BenchmarkResult): string {
  const sides: [string, Figures][] = [['storemind', metrics], ...Object.entries(peers)]
  const keys = [...new Set(sides.flatMap(([, figures]) => Object.keys(figures)))]
  const rows = [
    ['', ...sides.map(([name]) => name)],
    ...keys.map((key) => [key, ...sides.map(([, figures]) => shown(figures[key]))]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

function shown(value: number | undefined): string {
  if (value === undefined) return '–'
  if (Number.isInteger(value)) return String(value)
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toPrecision(4)
}
