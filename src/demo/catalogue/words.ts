/** A look that runs through a brand's and a shopper's things. */
export const STYLES = [
  { name: 'Classic', zh: '经典', phrase: 'A calm shape that has been right for decades.' },
  { name: 'Modern', zh: '现代', phrase: 'Clear lines and nothing that is not needed.' },
  { name: 'Rustic', zh: '田园', phrase: 'Honest materials with a little grain left in.' },
  { name: 'Playful', zh: '童趣', phrase: 'Cheerful, and not afraid of colour.' },
  { name: 'Natural', zh: '天然', phrase: 'Made with as little as possible, from what grows back.' },
  { name: 'Premium', zh: '精品', phrase: 'Finished by hand and checked twice.' },
] as const

export const COLOURS = [
  { name: 'White', zh: '白色', hex: 'ece7dd' },
  { name: 'Black', zh: '黑色', hex: '2f3136' },
  { name: 'Grey', zh: '灰色', hex: '8d939b' },
  { name: 'Navy', zh: '藏青', hex: '2c4467' },
  { name: 'Sky Blue', zh: '天蓝', hex: '7fb2d9' },
  { name: 'Forest Green', zh: '森林绿', hex: '3f6b50' },
  { name: 'Sage', zh: '鼠尾草绿', hex: 'a3b899' },
  { name: 'Terracotta', zh: '陶土红', hex: 'c1694f' },
  { name: 'Mustard', zh: '芥末黄', hex: 'd6a53a' },
  { name: 'Rose', zh: '玫瑰粉', hex: 'd98c95' },
  { name: 'Plum', zh: '梅紫', hex: '7a4b6e' },
  { name: 'Sand', zh: '沙色', hex: 'cfb991' },
] as const

export const SIZES = ['XS', 'S', 'M', 'L', 'XL'] as const

const ADJECTIVES = [
  ['Everyday', '日常'],
  ['Compact', '小巧'],
  ['Large', '大号'],
  ['Light', '轻便'],
  ['Sturdy', '结实'],
  ['Soft', '柔软'],
  ['Handy', '便携'],
  ['Original', '原味'],
  ['Fine', '精细'],
  ['Mild', '温和'],
  ['Double', '双份'],
  ['Slim', '纤薄'],
  ['Fresh', '清新'],
  ['Warm', '温暖'],
  ['Quiet', '静音'],
  ['Bold', '醇厚'],
  ['Simple', '简约'],
  ['Travel', '旅行'],
  ['Family', '家庭装'],
  ['Weekend', '周末'],
  ['Country', '乡村'],
  ['City', '都市'],
  ['Studio', '工作室'],
  ['Heritage', '传承'],
] as const

/** A product line's own name, so that two families of the same leaf and brand can be told apart. */
const LINES = [
  'Alba',
  'Birch',
  'Cove',
  'Dune',
  'Ember',
  'Fjord',
  'Glen',
  'Haven',
  'Iris',
  'Juno',
  'Kite',
  'Linden',
  'Moss',
  'Nova',
  'Opal',
  'Pine',
  'Quill',
  'Reed',
  'Sable',
  'Tide',
  'Umber',
  'Vale',
  'Willow',
  'Yarrow',
  'Zephyr',
  'Aspen',
  'Brook',
  'Clover',
  'Drift',
  'Elm',
  'Fern',
  'Grove',
  'Heath',
  'Isle',
  'Jade',
  'Knoll',
  'Lark',
  'Meadow',
  'North',
  'Orchard',
] as const

const STARTS = [
  'Bel',
  'Cor',
  'Dal',
  'El',
  'Fen',
  'Gar',
  'Hal',
  'Kor',
  'Lin',
  'Mar',
  'Nor',
  'Or',
  'Pel',
  'Ros',
  'Sol',
  'Tam',
  'Val',
  'Wen',
] as const
const MIDDLES = ['', 'a', 'en', 'i', 'lo', 'mi', 'na', 'ta', 'vi', 'ro'] as const
const ENDS = ['berg', 'dale', 'field', 'ham', 'ko', 'la', 'mont', 'na', 'ra', 'sen', 'ton', 'via'] as const

/** 2,160 names; the number decides, so that a brand keeps its name at every size of the store. */
export function brandName(brand: number): string {
  const start = STARTS[(brand * 7) % STARTS.length] ?? ''
  const middle = MIDDLES[Math.floor(brand / STARTS.length) % MIDDLES.length] ?? ''
  const end = ENDS[(brand * 5 + Math.floor(brand / (STARTS.length * MIDDLES.length))) % ENDS.length] ?? ''
  return `${start}${middle}${end}`
}

/** The family's own words: an adjective and a line, 960 of them; then a number is added. */
export function familyWords(family: number): { english: string; chinese: string } {
  const [adjective, zh] = ADJECTIVES[family % ADJECTIVES.length] ?? ADJECTIVES[0]
  // Steps of 17, so that neighbours differ in both words; with 24 and 40 words every pair still comes once in 960.
  const line = LINES[(Math.floor(family / ADJECTIVES.length) + 17 * family) % LINES.length] ?? LINES[0]
  const round = Math.floor(family / (ADJECTIVES.length * LINES.length))
  const number = round === 0 ? '' : ` ${round + 1}`
  return { english: `${line}${number} ${adjective}`, chinese: `${line}${number} ${zh}` }
}
