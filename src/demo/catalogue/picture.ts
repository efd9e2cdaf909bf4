import { COLOURS, STYLES } from './words.ts'

/*
 * Pictures of the simulated goods, drawn as SVG. What a picture shows is in its name (`mug-7-2.svg`: shape, colour,
 * style), so that a store of any size needs no picture files and the same name always gives the same picture.
 */

/** Each shape on a 200 × 200 field. `F` is filled with the colour, `D` with its dark shade, `L` with its light one. */
const SHAPES = {
  appliance:
    '<rect x="55" y="45" width="90" height="110" rx="12" F/><rect x="68" y="60" width="64" height="34" rx="6" D/><circle cx="82" cy="122" r="9" L/><circle cx="118" cy="122" r="9" L/>',
  bag: '<path d="M75 80v-12a25 25 0 0 1 50 0v12" fill="none" stroke-width="8" S/><path d="M52 80h96l8 74a10 10 0 0 1-10 11H54a10 10 0 0 1-10-11z" F/><rect x="80" y="104" width="40" height="10" rx="5" D/>',
  ball: '<circle cx="100" cy="100" r="54" F/><path d="M50 84c30 18 70 18 100 0M50 120c30 14 70 14 100 0" fill="none" stroke-width="7" S/><circle cx="80" cy="74" r="9" L/>',
  basket:
    '<path d="M45 85h110l-12 66a10 10 0 0 1-10 8H67a10 10 0 0 1-10-8z" F/><path d="M60 84c0-52 80-52 80 0" fill="none" stroke-width="8" S/><path d="M75 100v44M100 100v44M125 100v44" stroke-width="6" S/>',
  book: '<rect x="58" y="42" width="88" height="116" rx="6" F/><rect x="58" y="42" width="16" height="116" rx="6" D/><rect x="88" y="66" width="42" height="9" rx="4" L/><rect x="88" y="84" width="28" height="9" rx="4" L/>',
  bottle:
    '<rect x="86" y="32" width="28" height="22" rx="5" D/><path d="M88 54h24v16c22 8 26 22 26 38v44a12 12 0 0 1-12 12H74a12 12 0 0 1-12-12v-44c0-16 4-30 26-38z" F/><rect x="70" y="108" width="60" height="32" rx="5" L/>',
  box: '<path d="M45 78l55-24 55 24v62l-55 26-55-26z" F/><path d="M45 78l55 24 55-24M100 102v64" fill="none" stroke-width="6" S/><path d="M72 66l55 24v18l-14-6V96L58 72z" L/>',
  brush:
    '<rect x="90" y="84" width="20" height="82" rx="10" F/><path d="M72 40h56v34a14 14 0 0 1-14 14H86a14 14 0 0 1-14-14z" D/><path d="M82 36v26M94 36v26M106 36v26M118 36v26" stroke-width="5" T/>',
  candle:
    '<rect x="66" y="82" width="68" height="80" rx="10" F/><path d="M100 82V66" stroke-width="5" S/><path d="M100 28c14 16 14 36 0 40-14-4-14-24 0-40z" fill="#f3b94d"/><rect x="66" y="110" width="68" height="24" L/>',
  chair:
    '<path d="M64 38h16v70H64zM120 38h16v70h-16z" D/><rect x="64" y="46" width="72" height="40" rx="8" F/><rect x="54" y="100" width="92" height="20" rx="8" F/><path d="M64 120v44M136 120v44" stroke-width="10" S/>',
  cushion:
    '<path d="M50 56c30 8 70 8 100 0 8 30 8 60 0 90-30-8-70-8-100 0-8-30-8-60 0-90z" F/><path d="M70 76l60 50M130 76l-60 50" stroke-width="5" S/><circle cx="100" cy="101" r="8" L/>',
  fabric:
    '<path d="M48 58h88a16 16 0 0 1 16 16v76H64a16 16 0 0 1-16-16z" F/><path d="M48 88h104M48 104h104" stroke-width="7" S/><path d="M58 150v14M76 150v14M94 150v14M112 150v14M130 150v14" stroke-width="5" S/>',
  glass:
    '<path d="M64 44h72l-10 108a10 10 0 0 1-10 9H84a10 10 0 0 1-10-9z" L/><path d="M69 92h62l-6 58a8 8 0 0 1-8 7H83a8 8 0 0 1-8-7z" F/>',
  headphones:
    '<path d="M52 116v-14a48 48 0 0 1 96 0v14" fill="none" stroke-width="11" S/><rect x="42" y="106" width="30" height="50" rx="13" F/><rect x="128" y="106" width="30" height="50" rx="13" F/>',
  helmet:
    '<path d="M44 118c0-44 26-68 58-68s56 26 56 60v8z" F/><path d="M66 106c4-26 16-40 30-46M98 108c2-22 8-38 18-44" fill="none" stroke-width="8" S/><rect x="42" y="116" width="118" height="14" rx="7" D/>',
  house:
    '<path d="M100 38l62 54H38z" D/><rect x="54" y="92" width="92" height="70" rx="4" F/><circle cx="100" cy="124" r="16" L/>',
  jar: '<rect x="66" y="42" width="68" height="22" rx="6" D/><rect x="56" y="64" width="88" height="98" rx="16" F/><rect x="56" y="92" width="88" height="38" L/>',
  knife:
    '<path d="M92 30c22 10 26 50 22 84H92z" L/><rect x="92" y="112" width="22" height="58" rx="9" F/><circle cx="103" cy="128" r="3" L/><circle cx="103" cy="150" r="3" L/>',
  lamp: '<path d="M74 42h52l22 58H52z" F/><path d="M100 100v50" stroke-width="9" S/><rect x="68" y="148" width="64" height="14" rx="7" D/><circle cx="100" cy="108" r="9" fill="#f6d77a"/>',
  mug: '<path d="M130 78h12a24 24 0 0 1 0 50h-12" fill="none" stroke-width="11" S/><path d="M52 60h80v82a18 18 0 0 1-18 18H70a18 18 0 0 1-18-18z" F/><rect x="52" y="88" width="80" height="14" L/>',
  pan: '<circle cx="82" cy="104" r="48" D/><circle cx="82" cy="104" r="36" F/><rect x="126" y="60" width="56" height="16" rx="8" transform="rotate(-20 126 60)" D/>',
  pen: '<path d="M120 34l22 22-70 84-30 12 10-32z" F/><path d="M52 120l20 20-30 12z" L/><path d="M108 48l22 22" stroke-width="6" S/>',
  plant:
    '<path d="M100 104c-6-40-44-40-44-40s-4 38 44 40c4-52 46-58 46-58s6 52-46 58z" fill="#5f8f62"/><path d="M100 104v18" stroke="#4b7550" stroke-width="6"/><path d="M64 116h72l-10 46H74z" F/><rect x="58" y="110" width="84" height="14" rx="5" D/>',
  plate:
    '<circle cx="100" cy="100" r="62" F/><circle cx="100" cy="100" r="40" L/><circle cx="100" cy="100" r="51" fill="none" stroke-width="3" S/>',
  pouch:
    '<path d="M58 52h84l8 100a10 10 0 0 1-10 10H60a10 10 0 0 1-10-10z" F/><rect x="56" y="40" width="88" height="16" rx="4" D/><rect x="68" y="84" width="64" height="44" rx="8" L/>',
  ring: '<circle cx="100" cy="100" r="52" fill="none" stroke-width="18" S/><circle cx="100" cy="100" r="52" fill="none" stroke-width="8" T/><rect x="95" y="28" width="10" height="18" rx="3" D/>',
  shirt:
    '<path d="M70 44l-34 26 16 28 16-10v72h64V88l16 10 16-28-34-26c-10 14-50 14-60 0z" F/><path d="M70 44c10 20 50 20 60 0" fill="none" stroke-width="6" S/>',
  shoe: '<path d="M40 128V84l34 8 32 26c30 4 54 8 54 26v6H40z" F/><rect x="38" y="146" width="124" height="14" rx="7" D/><path d="M76 100l14-10M88 112l14-10" stroke-width="6" T/>',
  sock: '<path d="M78 36h44v72l24 22c14 14-2 36-22 32-30-6-46-24-46-44z" F/><rect x="74" y="34" width="52" height="18" rx="6" D/><path d="M80 118c10 22 24 34 40 38" fill="none" stroke-width="6" S/>',
  tin: '<ellipse cx="100" cy="62" rx="52" ry="15" D/><path d="M48 62v72c0 20 104 20 104 0V62c0 20-104 20-104 0z" F/><path d="M48 92c0 20 104 20 104 0v22c0 20-104 20-104 0z" L/>',
  tool: '<path d="M88 36h24v58l10 12v18H78v-18l10-12z" D/><rect x="86" y="120" width="28" height="48" rx="12" F/>',
  toy: '<rect x="48" y="104" width="50" height="50" rx="7" F/><rect x="102" y="104" width="50" height="50" rx="7" D/><rect x="75" y="50" width="50" height="50" rx="7" L/><circle cx="100" cy="75" r="11" F/>',
  trousers: '<path d="M62 40h76l8 122h-32l-14-78-14 78H54z" F/><rect x="60" y="36" width="80" height="16" rx="5" D/>',
  tube: '<path d="M66 40h68l-10 96H76z" F/><rect x="80" y="136" width="40" height="24" rx="5" D/><rect x="78" y="66" width="44" height="28" rx="4" L/>',
  umbrella:
    '<path d="M36 100c6-76 122-76 128 0-14-14-30-14-42 0-12-14-32-14-44 0-12-14-28-14-42 0z" F/><path d="M100 50v100c0 18-24 18-24 2" fill="none" stroke-width="7" S/>',
  vase: '<path d="M82 40h36v20c26 20 32 44 22 74-6 20-20 28-40 28s-34-8-40-28c-10-30-4-54 22-74z" F/><path d="M62 104c26 12 50 12 76 0" fill="none" stroke-width="7" S/><rect x="78" y="36" width="44" height="12" rx="5" D/>',
} as const

export type Shape = keyof typeof SHAPES

const GROUNDS = ['f4f1ea', 'eef2f5', 'f3ece4', 'fdf3e3', 'edf3ea', 'f1edf4'] as const

export function pictureName(shape: Shape, colour: number, style: number): string {
  return `${shape}-${colour}-${style}.svg`
}

/** The picture of that name; undefined where there is none. */
export function picture(name: string): string | undefined {
  const [, shape = '', colour = '', style = ''] = /^([a-z]+)-(\d{1,2})-(\d)\.svg$/.exec(name) ?? []
  const tone = COLOURS[Number(colour)]
  const ground = GROUNDS[Number(style)]
  if (!isShape(shape) || colour === '' || tone === undefined || ground === undefined) return undefined
  const paint = { F: tone.hex, D: shade(tone.hex, -0.28), L: shade(tone.hex, 0.45) }
  const body = SHAPES[shape].replace(/ ([FDLST])(?=\/>)/g, (_, key: string) =>
    key === 'S'
      ? ` stroke="#${paint.D}"`
      : key === 'T'
        ? ` stroke="#${paint.L}"`
        : ` fill="#${key === 'D' ? paint.D : key === 'L' ? paint.L : paint.F}"`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" stroke-linecap="round" stroke-linejoin="round">` +
    `<rect width="200" height="200" fill="#${ground}"/>${backdrop(Number(style), shade(ground, -0.06))}` +
    `<ellipse cx="100" cy="168" rx="58" ry="7" fill="#000" opacity=".1"/>${body}</svg>`
  )
}

function isShape(name: string): name is Shape {
  return Object.hasOwn(SHAPES, name)
}

/** Each style stands before a pattern of its own. */
function backdrop(style: number, hex: string): string {
  const fill = `fill="#${hex}"`
  switch (STYLES[style]?.name) {
    case 'Modern':
      return `<path d="M0 200L200 0v200z" ${fill}/>`
    case 'Rustic':
      return `<path d="M0 20h200v10H0zM0 65h200v10H0zM0 110h200v10H0zM0 155h200v10H0z" ${fill}/>`
    case 'Playful':
      return `<circle cx="30" cy="36" r="14" ${fill}/><circle cx="168" cy="52" r="20" ${fill}/><circle cx="38" cy="150" r="18" ${fill}/><circle cx="164" cy="150" r="12" ${fill}/>`
    case 'Natural':
      return `<path d="M0 130c60-40 140 30 200-20v90H0z" ${fill}/>`
    case 'Premium':
      return `<circle cx="100" cy="100" r="82" ${fill}/>`
    default:
      return `<rect y="150" width="200" height="50" ${fill}/>`
  }
}

/** A lighter (amount above 0) or darker shade of a colour. */
function shade(hex: string, amount: number): string {
  const target = amount > 0 ? 255 : 0
  const channels = [0, 2, 4].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16)
    return Math.round(value + (target - value) * Math.abs(amount))
  })
  return channels.map((value) => value.toString(16).padStart(2, '0')).join('')
}
