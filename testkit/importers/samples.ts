import type { ImporterSample } from './contract.ts'

/** Lines → a file's text. */
function text(...lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}

/** One small source for each importer, by its id; each with something that must be refused. */
export const SAMPLES: Readonly<Record<string, ImporterSample>> = {
  'google-merchant': {
    path: 'feed.xml',
    main: 'feed.xml',
    files: {
      'feed.xml': text(
        '<?xml version="1.0"?>',
        '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Shop</title>',
        '<item><g:id>A1</g:id><title>Mug &amp; saucer</title><g:price>12.34 EUR</g:price>',
        '  <g:item_group_id>A</g:item_group_id><g:availability>in_stock</g:availability></item>',
        '<item><g:id>A2</g:id><title><![CDATA[Cup <small>]]></title><g:price>5 EUR</g:price></item>',
        '<item><g:id>A3</g:id><title>Plate</title><g:price>-5 EUR</g:price></item>',
        '<item><g:id>A4</g:id><title>Bowl</title><g:price>7.00 EUR</g:price><g:product_type>Home &gt; Bowls</g:product_type></item>',
        '</channel></rss>',
      ),
    },
    products: 3,
    events: 0,
    problems: [{ file: 'feed.xml', line: 6, code: 'ROW_NUMBER_NEGATIVE' }],
  },
  'csv-products': {
    path: 'products.csv',
    main: 'products.csv',
    files: {
      'products.csv': text(
        'id,title,price,category,stock',
        'm-1,"Mug, blue",4.50,Home > Mugs,3',
        'm-2,"Mug',
        'with two lines",5,Home > Mugs,',
        'm-3,,1,,',
        'm-4,Plate,"1,200.00",,',
        '__proto__,Odd name,3,,',
      ),
    },
    products: 3,
    events: 0,
    problems: [
      { file: 'products.csv', line: 5, code: 'ROW_FIELD_MISSING' },
      { file: 'products.csv', line: 6, code: 'ROW_NUMBER_INVALID' },
    ],
  },
  'csv-orders': {
    path: 'orders.csv',
    main: 'orders.csv',
    files: {
      'orders.csv': text(
        'order_id,time,customer,product_id,quantity,price,type',
        '1,2024-05-01 10:00,anna,m-1,2,4.50,',
        '1,2024-05-01 10:00,anna,m-2,1,5.00,',
        '2,2024-05-02 11:00,,m-1,1,4.50,',
        '3,2024-02-30 11:00,ben,m-1,1,4.50,',
        '4,2024-05-03 11:00,ben,m-1,NaN,4.50,',
        '5,2024-05-03 12:00,ben,m-1,1,4.50,',
        '1,2024-05-04 09:00,anna,m-2,1,5.00,refund',
      ),
    },
    products: 0,
    events: 4,
    problems: [
      { file: 'orders.csv', line: 5, code: 'ROW_TIME_INVALID' },
      { file: 'orders.csv', line: 6, code: 'ROW_NUMBER_INVALID' },
    ],
  },
  'segment-jsonl': {
    path: '',
    main: 'events.jsonl',
    files: {
      'events.jsonl': text(
        '{"type":"track","event":"Product Viewed","userId":"u1","messageId":"e1","timestamp":"2024-05-01T10:00:00Z","properties":{"product_id":"m-1"}}',
        '{"type":"identify","anonymousId":"a1","timestamp":"2024-05-01T10:01:00Z","traits":{"__proto__":{"x":1}}}',
        'no json',
        '{"type":"track","event":"Product Added","userId":"u1","timestamp":"2024-05-01T10:02:00Z","properties":{"product_id":"m-1","quantity":1e999}}',
        '{"type":"track","event":"Order Completed","userId":"u1","timestamp":"2024-05-01T10:03:00Z","properties":{"order_id":"1","products":[{"product_id":"m-1"}]}}',
        '{"type":"track","event":"\\ud800","userId":"u1","timestamp":"2024-05-01T10:03:00Z"}',
      ),
    },
    products: 0,
    events: 3,
    problems: [
      { file: 'events.jsonl', line: 3, code: 'ROW_JSON_INVALID' },
      { file: 'events.jsonl', line: 4, code: 'ROW_NUMBER_INVALID' },
      { file: 'events.jsonl', line: 6, code: 'ROW_TEXT_INVALID' },
    ],
  },
  'shopify-products': {
    path: 'products_export.csv',
    main: 'products_export.csv',
    files: {
      'products_export.csv': text(
        'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Status',
        'tee,Tee,<p>Soft &amp; light</p>,Acme,Shirts,summer,TRUE,Size,S,TEE-S,shopify,3,deny,20.00,25.00,https://x.test/1.jpg,active',
        'tee,,,,,,,,M,TEE-M,shopify,0,deny,20.00,,,',
        'tee,,,,,,,,,,,,,,,https://x.test/2.jpg,',
        'cap,Cap,,Acme,Hats,,TRUE,Title,Default Title,,,,deny,15.00,,,active',
        'sock,Sock,,Acme,Socks,,TRUE,Title,Default Title,SOCK,,,deny,free,,,active',
      ),
    },
    products: 3,
    events: 0,
    problems: [{ file: 'products_export.csv', line: 6, code: 'ROW_NUMBER_INVALID' }],
  },
  'shopify-orders': {
    path: 'orders_export.csv',
    main: 'orders_export.csv',
    files: {
      'orders_export.csv': text(
        'Name,Email,Financial Status,Accepts Marketing,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Cancelled at,Refunded Amount',
        '#1001,Anna@x.test,paid,yes,EUR,40.00,2024-05-01 10:00:00 +0200,1,Tee - S,20.00,TEE-S,,0.00',
        '#1001,Anna@x.test,,,,,,1,Cap,20.00,,,',
        '#1002,ben@x.test,refunded,no,EUR,20.00,2024-05-02 10:00:00 +0200,1,Tee - S,20.00,TEE-S,,20.00',
        '#1003,ben@x.test,paid,no,EUR,20.00,2024-05-03 10:00:00 +0200,-1,Tee - S,20.00,TEE-S,,',
        '#1004,ben@x.test,voided,no,EUR,20.00,2024-05-04 10:00:00 +0200,1,Tee - S,20.00,TEE-S,2024-05-04 11:00:00 +0200,',
      ),
    },
    products: 0,
    events: 4,
    problems: [{ file: 'orders_export.csv', line: 5, code: 'ROW_NUMBER_NEGATIVE' }],
  },
  'woocommerce-products': {
    path: 'wc.csv',
    main: 'wc.csv',
    files: {
      'wc.csv': text(
        'ID,Type,SKU,Name,Published,Description,In stock?,Stock,Sale price,Regular price,Categories,Images,Parent',
        '10,variable,HOOD,Hoodie,1,<b>Warm</b>,1,,,,"Clothing > Hoodies, Gifts","https://x.test/a.jpg, https://x.test/b.jpg",',
        '11,variation,HOOD-S,Hoodie - S,1,,1,4,39,45,,,HOOD',
        '12,variation,,Hoodie - M,1,,0,0,,45,,,id:10',
        '13,simple,MUG,,1,,1,,,5,,,',
      ),
    },
    products: 3,
    events: 0,
    problems: [{ file: 'wc.csv', line: 5, code: 'ROW_FIELD_MISSING' }],
  },
  'woocommerce-orders': {
    path: 'orders.csv',
    main: 'orders.csv',
    files: {
      'orders.csv': text(
        'order_id,order_date,status,customer_user,billing_email,order_currency,order_total,refund_total,line_item_1,line_item_2',
        '500,2024-05-01 10:00:00,completed,7,a@x.test,EUR,88.00,0,name:Hoodie - S|product_id:11|sku:HOOD-S|quantity:2|total:78.00,name:Mug|product_id:13|sku:|quantity:1|total:10.00',
        '501,2024-05-02 10:00:00,wc-cancelled,0,B@x.test,EUR,39.00,,name:Hoodie - S|product_id:11|sku:HOOD-S|quantity:1|total:39.00,',
        '502,2024-05-03 10:00:00,shipped,7,a@x.test,EUR,39.00,,name:Hoodie - S|product_id:11|sku:HOOD-S|quantity:1|total:39.00,',
        '503,2024-05-04 10:00:00,completed,7,a@x.test,EUR,39.00,-39.00,name:Hoodie - S|product_id:11|sku:HOOD-S|quantity:1|total:39.00,',
      ),
    },
    products: 0,
    events: 4,
    problems: [{ file: 'orders.csv', line: 4, code: 'ROW_VALUE_INVALID' }],
  },
  'online-retail': {
    path: '',
    main: 'by-day/2011-01-04.csv',
    files: {
      'by-day/2011-01-04.csv': text(
        'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
        '1,85123A,WHITE HEART,6,2011-01-04 08:26:00,2.55,17850.0,United Kingdom',
        '1,71053,WHITE METAL LANTERN,6,2011-01-04 08:26:00,3.39,17850.0,United Kingdom',
        '1,POST,POSTAGE,1,2011-01-04 08:26:00,18.0,17850.0,United Kingdom',
        '2,85123a,WHITE HEART,1,2011-01-04 09:00:00,2.55,,United Kingdom',
        '3,71053,damaged,-3,2011-01-04 10:00:00,0.0,,United Kingdom',
      ),
      'by-day/2011-01-05.csv': text(
        'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country',
        'C4,85123A,WHITE HEART,-1,2011-01-05 08:26:00,2.55,17850.0,United Kingdom',
        'C5,22752,SET 7 BABUSHKA,-1,2011-01-05 08:27:00,7.65,17850.0,United Kingdom',
        '6,22752,SET 7 BABUSHKA,2,2011-01-05 09:27:00,7.95,17851.0,United Kingdom',
      ),
    },
    basis: 'sample',
    products: 3,
    events: 5,
    problems: [
      { file: '2011-01-04.csv', line: 4, code: 'ROW_NOT_A_PRODUCT' },
      { file: '2011-01-04.csv', line: 6, code: 'ROW_NUMBER_NEGATIVE' },
      { file: '2011-01-05.csv', line: 3, code: 'ROW_REFUND_UNMATCHED' },
    ],
  },
  completejourney: {
    path: '',
    main: 'transactions_sample.csv',
    files: {
      'products.csv': text(
        '"product_id","manufacturer_id","department","brand","product_category","product_type","package_size"',
        '"25671","2","GROCERY","National","FRZN ICE","ICE - CRUSHED/CUBED","22 LB"',
        '"26081","2","MISCELLANEOUS","National",NA,NA,NA',
      ),
      'demographics.csv': text(
        '"household_id","age","income","home_ownership","marital_status","household_size","household_comp","kids_count"',
        '"1","65+","35-49K",NA,"Married","2","2 Adults No Kids","0"',
      ),
      'transactions_sample.csv': text(
        '"household_id","store_id","basket_id","product_id","quantity","sales_value","retail_disc","coupon_disc","coupon_match_disc","week","transaction_timestamp"',
        '"1","309","900","25671",2,3.86,0,0,0,5,2017-01-28 14:06:53',
        '"2","309","901","26081",1,1.59,0,0,0,5,2017-01-27 14:06:53',
        '"1","309","900","26081",1,1.49,0,0,0,5,2017-01-28 14:06:53',
        '"2","309","902","26081",0,0,0,0,0,5,2017-01-29 14:06:53',
        '"2","309","903","26081",9000,18.00,0,0,0,5,2017-01-30 14:06:53',
        '"2","309","904","25671",1,1.93,0,0,0,5,2017-01-30 15:06:53',
      ),
    },
    basis: 'sample',
    products: 2,
    events: 5,
    problems: [{ file: 'transactions_sample.csv', line: 5, code: 'ROW_VALUE_INVALID' }],
  },
}
