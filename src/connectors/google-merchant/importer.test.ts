import { describe, expect, it } from 'vitest'
import { readText } from '../../../testkit/importers/read-text.ts'
import { googleMerchant } from './importer.ts'
import { XmlItems } from './xml-items.ts'

const rss = (body: string) =>
  `<?xml version="1.0"?>\n<rss xmlns:g="http://base.google.com/ns/1.0"><channel>\n${body}\n</channel></rss>\n`
const item = (fields: string) => `<item><g:id>A</g:id><title>Mug</title>${fields}</item>`

describe('google-merchant', () => {
  it('reads text feeds, with names as people write them', async () => {
    const { products } = await readText(googleMerchant, {
      'feed.tsv':
        'id\ttitle\tprice\tsale price\tavailability\tproduct type\timage link\tadditional image link\tcolor\titem group id\nA\tMug\t12.00 EUR\t9.99 EUR\tout of stock\tHome > Mugs\thttps://x.test/a.jpg\thttps://x.test/b.jpg\tblue\tG\n',
    })
    expect(products).toEqual([
      {
        id: 'A',
        groupId: 'G',
        title: 'Mug',
        categories: ['Home', 'Mugs'],
        imageLink: 'https://x.test/a.jpg',
        attributes: { color: 'blue', additional_image_link: 'https://x.test/b.jpg' },
        offers: [
          {
            market: 'default',
            priceMicros: 12_000_000,
            salePriceMicros: 9_990_000,
            currency: 'EUR',
            availability: 'out_of_stock',
          },
        ],
      },
    ])
  })

  it('reads Atom, and links in attributes', async () => {
    const { products } = await readText(googleMerchant, {
      'feed.xml':
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="x"><title>Shop</title><link href="https://x.test"/><entry><g:id>1</g:id><title>Cup</title><link href="https://x.test/cup"/><g:price>EUR 5.00</g:price></entry></feed>',
    })
    expect(products).toMatchObject([
      { id: '1', title: 'Cup', link: 'https://x.test/cup', offers: [{ priceMicros: 5_000_000 }] },
    ])
  })

  it('does not take parts of other elements for the product’s own', async () => {
    const fields =
      '<g:shipping><g:price>4.90 EUR</g:price><g:id>X</g:id></g:shipping><g:price>10 EUR</g:price><g:price>99 EUR</g:price>'
    const { products } = await readText(googleMerchant, { 'feed.xml': rss(item(fields)) })
    expect(products[0]?.offers[0]?.priceMicros).toBe(10_000_000)
  })

  it('uses Google’s category where it is words', async () => {
    const { products } = await readText(googleMerchant, {
      'feed.xml': rss(
        item('<g:google_product_category>Home &gt; Mugs</g:google_product_category>') +
          item('<g:google_product_category>2169</g:google_product_category>'),
      ),
    })
    expect(products.map((product) => product.categories)).toEqual([['Home', 'Mugs'], []])
  })

  it('expands no entities of the document’s own and fetches nothing', async () => {
    const lol = `<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>${rss(`${item('<g:brand>&b;</g:brand>')}\n${item('<g:brand>&x;</g:brand>')}\n${item('<g:brand>Acme</g:brand>')}`).replace('<?xml version="1.0"?>\n', '')}`
    const { products, problems } = await readText(googleMerchant, { 'feed.xml': lol })
    expect(products.map((product) => product.brand)).toEqual(['Acme'])
    expect(problems).toEqual(['2 ROW_VALUE_INVALID', '3 ROW_VALUE_INVALID'])
  })

  it('says on which line the item stands that was cut', async () => {
    const whole = rss(`${item('')}\n${item('<g:brand>Acme</g:brand>')}`)
    const { products, problems } = await readText(googleMerchant, { 'feed.xml': whole.slice(0, whole.indexOf('Acme')) })
    expect(products).toHaveLength(1)
    expect(problems).toEqual(['4 FILE_TRUNCATED'])
  })

  it('leaves out an item with a giant field and reads the next', async () => {
    const body = `${item(`<description>${'x'.repeat(1_000_000)}</description>`)}\n${item('')}`
    const { products, problems } = await readText(googleMerchant, { 'feed.xml': rss(body) })
    expect(products).toHaveLength(1)
    expect(problems).toEqual(['3 ROW_FIELD_TOO_LONG'])
  })

  it('takes a bare ampersand for one, wherever a piece ends, and loses no item behind it', async () => {
    // The parser took everything up to the next semicolon for the name of a reference: item B was gone without a word.
    const pieces = ['<rss><channel><item><id>A</id><title>Salt &', ' Pepper</title></item><item><id>B</id>']
    const more = [
      '<title>R&D &am',
      'p; <![CDATA[Q&A]]></title><link>https://x.test/?a=1&b=2&lt=3</link></item></channel></rss>',
    ]
    const reader = new XmlItems('feed.xml')
    const found = [...pieces, ...more].flatMap((piece) => reader.push(piece).items).concat(reader.end())
    expect(found.map((item) => 'attributes' in item && Object.fromEntries(item.attributes))).toEqual([
      { id: 'A', title: 'Salt & Pepper' },
      { id: 'B', title: 'R&D & Q&A', link: 'https://x.test/?a=1&b=2&lt=3' },
    ])
  })

  it.each([
    ['a wrong tag', '<item><g:id>B</g:id><title><b>Cup</i></title></item>'],
    ['a stray tag', '<item><g:id>B</g:id></title><title>Cup</title></item>'],
  ])('reads up to %s, and says that it stops there', async (_, broken) => {
    const { products, problems } = await readText(googleMerchant, {
      'feed.xml': rss(`${item('')}\n${broken}\n${item('')}\n${item('')}`),
    })
    expect(products).toHaveLength(1)
    expect(problems).toEqual(['4 FILE_BROKEN'])
  })

  it('stops where text goes on without end', async () => {
    const { products, problems } = await readText(googleMerchant, {
      'feed.xml': rss(`${item('')}\n<item><title>${'x'.repeat(9_000_000)}`),
    })
    expect(products).toHaveLength(1)
    expect(problems).toEqual(['4 FILE_BROKEN'])
  })

  it('refuses a page that is no feed', async () => {
    const page = readText(googleMerchant, { 'feed.xml': '<!doctype html><html><body>Not found</body></html>' })
    await expect(page).rejects.toThrow(/FILE_MISSING_COLUMN/)
    expect((await readText(googleMerchant, { 'feed.xml': rss('') })).problems).toEqual(['1 ROW_FIELD_MISSING'])
  })

  it('refuses prices in two currencies and times that are none', async () => {
    const { problems } = await readText(googleMerchant, {
      'feed.xml': rss(
        `${item('<g:price>10 EUR</g:price><g:sale_price>9 USD</g:sale_price>')}\n${item('<g:availability>maybe</g:availability>')}`,
      ),
    })
    expect(problems).toEqual(['3 ROW_VALUE_INVALID', '4 ROW_VALUE_INVALID'])
  })
})
