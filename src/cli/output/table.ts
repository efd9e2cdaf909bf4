export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/**
 * Rows in aligned columns, two spaces apart. A cell's width is what a terminal shows: Chinese characters take two
 * places, marks that combine with the letter before take none.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map((_, i) => row[i] ?? ''))]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => widthOf(line[i] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, i) => {
          const space = ' '.repeat((widths[i] ?? 0) - widthOf(cell))
          return columns[i]?.align === 'right' ? space + cell : cell + space
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    if (/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(character)) continue
    width +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\p{Emoji_Presentation}]/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}
