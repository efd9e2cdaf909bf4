/** Tokens longer than this are noise, such as encoded data pasted into a description. */
const LONGEST = 40

/** Scripts written without spaces between words. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}ー`
const LETTER = String.raw`[[\p{L}\p{M}]--[${UNSPACED}]]`
/** Numbers with their separators; runs without spaces; words with their inner apostrophes and trailing digits. */
const RUNS = new RegExp(
  String.raw`(?<number>\p{N}+(?:[.,]\p{N}+)*)|(?<unspaced>[${UNSPACED}]+)|${LETTER}(?:${LETTER}|\p{N})*(?:['’]${LETTER}+)*`,
  'gv',
)

/**
 * Splits any language's text into lower-case tokens.
 *
 * Given    text of any length; at most `limit` tokens are read
 * Returns  words and numbers; scripts written without spaces become overlapping pairs of characters, which need no
 *          dictionary and find words across any segmentation. Compatibility forms are unified
 *          (NFKC), apostrophes dropped ("men's" → "mens"), numbers freed of thousands separators and leading zeros
 *          ("1,000" → "1000", "1,5" → "1.5"), units split off ("500ml" → "500", "ml") and codes kept ("ip67").
 * Cost     O(length)
 * Source   pairs of characters: Nie et al., SIGIR 1999
 */
export function tokenize(text: string, limit = 2000): string[] {
  const tokens: string[] = []
  // Some 20 characters a token bound the work on a megabyte of text.
  const readable = text
    .slice(0, limit * 20)
    .normalize('NFKC')
    .toLowerCase()
  for (const { 0: run, groups } of readable.matchAll(RUNS)) {
    if (tokens.length >= limit) break
    if (groups?.['number']) tokens.push(number(run))
    else if (groups?.['unspaced']) pushPairs(tokens, run)
    else push(tokens, run.replaceAll(/['’]/g, ''))
  }
  return tokens.length > limit ? tokens.slice(0, limit) : tokens
}

function push(tokens: string[], token: string): void {
  if (token.length > 0 && token.length <= LONGEST) tokens.push(token)
}

/** A comma or point before exactly three last digits groups thousands; any other is a decimal point. */
function number(run: string): string {
  const parts = run.split(/[.,]/)
  const decimals = parts.length === 2 && parts[1]?.length !== 3 ? parts.pop() : undefined
  const whole = parts.join('').replace(/^0+(?=.)/, '')
  return (decimals === undefined ? whole : `${whole}.${decimals}`).slice(0, LONGEST)
}

function pushPairs(tokens: string[], run: string): void {
  const characters = [...run]
  if (characters.length === 1) tokens.push(run)
  for (let c = 0; c + 1 < characters.length; c++) tokens.push(`${characters[c]}${characters[c + 1]}`)
}
