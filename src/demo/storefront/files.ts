import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { picture } from '../catalogue/picture.ts'
import { DOCUMENT } from './document.ts'
import { STYLE } from './style.ts'

/** One file of the storefront. Paths are relative to where the server mounts it, which is `/demo/`. */
export interface StorefrontFile {
  readonly path: string
  /** The content type. */
  readonly type: string
  readonly body: string
}

/** What the page asks for at `/demo/config.json`; the server answers it. */
export interface StorefrontConfiguration {
  /** A key of the scope `read`. */
  readonly key: string
  /** A key of the scope `write`. */
  readonly writeKey: string
  readonly store: string
  readonly shoppers: readonly { readonly id: string; readonly label: string }[]
}

const SCRIPT = 'text/javascript; charset=utf-8'

/**
 * The page, its style and its modules. From a checkout the modules are TypeScript, whose types are taken off here; in a
 * packed install they are JavaScript already. The browser asks for either by the name that the other modules import.
 */
export function storefrontFiles(): readonly StorefrontFile[] {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const folder = new URL('./page/', import.meta.url)
  const modules = readdirSync(folder)
    .filter((name) => name.endsWith(extension) && !name.endsWith('.d.ts') && !name.includes('.test.'))
    .sort()
    .map((name) => {
      const source = readFileSync(new URL(name, folder), 'utf8')
      return { path: `page/${name}`, type: SCRIPT, body: extension === '.ts' ? stripTypeScriptTypes(source) : source }
    })
  return [
    { path: '', type: 'text/html; charset=utf-8', body: DOCUMENT.replace('{app}', `page/app${extension}`) },
    { path: 'style.css', type: 'text/css; charset=utf-8', body: STYLE },
    ...modules,
  ]
}

/** A product's picture, for `/demo/pictures/NAME`: undefined where there is none of that name. */
export function storefrontPicture(name: string): StorefrontFile | undefined {
  const body = picture(name)
  return body === undefined ? undefined : { path: `pictures/${name}`, type: 'image/svg+xml', body }
}
