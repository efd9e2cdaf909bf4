/** A line of a chart, through its points in their order. */
export interface Series {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

export interface Chart {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}

export interface Axis {
  readonly label: string
  /** Powers of ten at equal distances; values must be above zero. */
  readonly logarithmic?: boolean
  /** Where lines of the grid stand; round numbers where it does not say. */
  readonly ticks?: readonly number[]
}

/** Told apart without red and green. */
const COLOURS = ['#0b5cad', '#d1730f', '#5b2a86', '#6b7280', '#0f8b8d', '#a3195b']
const [WIDTH, HEIGHT] = [720, 400]
const BOX = { left: 74, right: 20, top: 46, bottom: 56 }

/**
 * A chart as SVG on its own: no script, no font of its own, readable on white and on dark pages.
 *
 * @throws RangeError where there is nothing to draw, or a figure is none
 */
export function svg({ title, x, y, series }: Chart): string {
  const points = series.flatMap((one) => one.points)
  if (points.length === 0) throw new RangeError(`${title}: no point to draw`)
  const across = scale(
    x,
    points.map(([value]) => value),
    BOX.left,
    WIDTH - BOX.right,
  )
  const up = scale(
    y,
    points.map(([, value]) => value),
    HEIGHT - BOX.bottom,
    BOX.top,
  )
  const [left, right, top, bottom] = [BOX.left, WIDTH - BOX.right, BOX.top, HEIGHT - BOX.bottom]
  const grid = [
    ...across.ticks.map((value) => {
      const at = across.of(value).toFixed(1)
      return `<path d="M${at} ${top}V${bottom}" class="grid"/><text x="${at}" y="${bottom + 18}" text-anchor="middle">${number(value)}</text>`
    }),
    ...up.ticks.map((value) => {
      const at = up.of(value).toFixed(1)
      return `<path d="M${left} ${at}H${right}" class="grid"/><text x="${left - 8}" y="${at}" dy="4" text-anchor="end">${number(value)}</text>`
    }),
  ]
  const lines = series.map(({ name, points: own }, s) => {
    const colour = COLOURS[s % COLOURS.length]
    const at = own.map(([px, py]) => [across.of(px).toFixed(1), up.of(py).toFixed(1)] as const)
    const dots = at.map(
      ([px, py], p) =>
        `<circle cx="${px}" cy="${py}" r="4" fill="${colour}"><title>${escaped(name)}: ${own[p]?.join(', ')}</title></circle>`,
    )
    return `<path d="M${at.map((point) => point.join(' ')).join('L')}" fill="none" stroke="${colour}" stroke-width="2"${s % 2 === 1 ? ' stroke-dasharray="6 4"' : ''}/>${dots.join('')}`
  })
  const legend = series.map(({ name }, s) => {
    const line = bottom - 14 - 18 * (series.length - 1 - s)
    return `<circle cx="${right - 200}" cy="${line - 4}" r="4" fill="${COLOURS[s % COLOURS.length]}"/><text x="${right - 190}" y="${line}">${escaped(name)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>text{font:12px system-ui,sans-serif;fill:#1f2937}.grid{stroke:#e5e7eb}.title{font-weight:600;font-size:15px}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${left}" y="26" class="title">${escaped(title)}</text>
${grid.join('\n')}
<text x="${(left + right) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(x.label)}</text>
<text transform="translate(18 ${(top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>
${lines.join('\n')}
${legend.join('\n')}
</svg>
`
}

interface Scale {
  of(value: number): number
  readonly ticks: readonly number[]
}

function scale(
  { label, logarithmic = false, ticks: given }: Axis,
  values: readonly number[],
  from: number,
  to: number,
): Scale {
  if (!values.every((value) => Number.isFinite(value) && (!logarithmic || value > 0))) {
    throw new RangeError(`${label}: ${values.join(', ')}`)
  }
  const [least, most] = [Math.min(...values), Math.max(...values)]
  if (logarithmic) {
    // A little room on both sides.
    const [low, high] = [Math.log10(least) - 0.05, Math.log10(most) + 0.05]
    const ticks: number[] = given ? [...given] : []
    for (let power = Math.floor(low); power <= high && !given; power++) {
      for (const step of high - low > 1.5 ? [1, 3] : [1, 2, 5]) {
        const value = step * 10 ** power
        if (Math.log10(value) >= low && Math.log10(value) <= high) ticks.push(value)
      }
    }
    return { of: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from), ticks }
  }
  // Bars of nothing would lie: a linear axis begins at zero.
  const low = Math.min(0, least)
  const high = most === low ? low + 1 : most
  const rough = (high - low) / 5
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = unit * ([1, 2, 5, 10].find((multiple) => multiple * unit >= rough) ?? 10)
  const top = Math.ceil(high / step - 1e-9) * step
  const ticks = Array.from({ length: Math.round((top - low) / step) + 1 }, (_, n) => low + n * step)
  return { of: (value) => from + ((value - low) / (top - low)) * (to - from), ticks }
}

function number(value: number): string {
  return value >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(3)))
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
