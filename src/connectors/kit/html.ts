const BREAKS = /<\/?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|table|section)\b[^<>]*>/gi
const HIDDEN = /<(?:script|style)\b[^<>]*>[^<]*/gi
const TAGS = /<[a-z/!][^<>]*>/gi
const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
])

/** The words of a description with markup. For reading, not for showing: what comes out must still be escaped. */
export function plainText(html: string): string {
  return html
    .replace(HIDDEN, ' ')
    .replace(BREAKS, ' ')
    .replace(TAGS, '')
    .replace(
      /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});/gi,
      (whole, name: string) => character(name.toLowerCase()) ?? whole,
    )
    .replace(/\s+/g, ' ')
    .trim()
}

function character(name: string): string | undefined {
  if (!name.startsWith('#')) return NAMED.get(name)
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
  const isLetter = code >= 32 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return isLetter ? String.fromCodePoint(code) : ' '
}
