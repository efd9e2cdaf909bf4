/**
 * Which stock codes are no products. The shop's goods have five digits, often with letters for the variant (85123A);
 * beside them it books under words: POST and DOT (postage), C2 (carriage), M and m (manual), D (discount), S (samples),
 * B and A… (bad debt), PADS, CRUK and AMAZONFEE (fees), BANK CHARGES, gift_0001_20 (vouchers).
 * The rule: a code is a product's if it begins with five digits, or is one of the goods that the shop sold under the
 * letters DCGS (DCGS0003, DCGSSGIRL). Everything else is booking.
 */
export function isProductCode(code: string): boolean {
  return /^(?:\d{5}|DCGS)/.test(code)
}

/**
 * The catalogue writes a product's name in capitals; stock keeping notes ("damaged", "check?", "?", "wrongly marked")
 * are in small letters or have no letters at all.
 */
export function isCatalogueName(description: string): boolean {
  const letters = description.replace(/[^A-Za-z]/g, '')
  if (letters.length < 3) return false
  const capitals = letters.replace(/[^A-Z]/g, '').length
  return capitals * 2 > letters.length
}
