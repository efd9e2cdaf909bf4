import { completeJourney } from './completejourney/importer.ts'
import { csvOrders } from './csv/orders.ts'
import { csvProducts } from './csv/products.ts'
import { googleMerchant } from './google-merchant/importer.ts'
import type { Importer } from './kit/importer.ts'
import { onlineRetail } from './online-retail/importer.ts'
import { segmentJsonl } from './segment-jsonl/importer.ts'
import { shopifyOrders } from './shopify/orders.ts'
import { shopifyProducts } from './shopify/products.ts'
import { woocommerceOrders } from './woocommerce/orders.ts'
import { woocommerceProducts } from './woocommerce/products.ts'

/** Every format that Storemind reads. */
export const IMPORTERS: readonly Importer[] = [
  googleMerchant,
  csvProducts,
  csvOrders,
  segmentJsonl,
  shopifyProducts,
  shopifyOrders,
  woocommerceProducts,
  woocommerceOrders,
  onlineRetail,
  completeJourney,
]

export function importerById(id: string): Importer | undefined {
  return IMPORTERS.find((importer) => importer.info.id === id)
}
