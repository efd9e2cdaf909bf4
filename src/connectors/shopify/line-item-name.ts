/**
 * What Shopify calls a variant in an order's line: "Title - Red / XL", and only "Title" where there is one variant.
 * The two exports share no id but the SKU; where that is missing this name joins them.
 */
export function lineItemName(title: string, options: readonly string[]): string {
  const values = options.map((value) => value.trim()).filter((value) => value !== '' && value !== 'Default Title')
  return values.length === 0 ? title : `${title} - ${values.join(' / ')}`
}
