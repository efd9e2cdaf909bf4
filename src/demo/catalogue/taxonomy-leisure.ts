import { type Group, group } from './leaf.ts'

/** name | noun | Chinese | price | shape | days it lasts | peak month | sized */
export const LEISURE: readonly Group[] = [
  group(
    'Sports',
    'Running',
    `
    Running Shoes | Running Shoes | 跑鞋 | 99 | shoe | 0 | 4 | sized
    Running Shirts | Running Shirt | 跑步衫 | 29 | shirt | 0 | 5 | sized
    Energy Gels | Energy Gel | 能量胶 | 12 | tube | 25 | 5
    Running Belts | Running Belt | 跑步腰包 | 22 | bag | 0 | 4`,
  ),
  group(
    'Sports',
    'Yoga',
    `
    Yoga Mats | Yoga Mat | 瑜伽垫 | 32 | fabric | 0 | 1
    Yoga Blocks | Yoga Block | 瑜伽砖 | 11 | box | 0 | 1
    Leggings | Leggings | 紧身裤 | 42 | trousers | 0 | 1 | sized
    Water Bottles | Water Bottle | 水壶 | 17 | bottle | 0 | 5`,
  ),
  group(
    'Sports',
    'Cycling',
    `
    Helmets | Bicycle Helmet | 自行车头盔 | 59 | helmet | 0 | 4 | sized
    Bicycle Lights | Bicycle Light | 自行车灯 | 27 | lamp | 0 | 10
    Chain Oil | Chain Oil | 链条油 | 8 | bottle | 80 | 4
    Inner Tubes | Inner Tube | 自行车内胎 | 7 | ring | 120 | 5`,
  ),
  group(
    'Sports',
    'Camping',
    `
    Tents | Tent | 帐篷 | 149 | house | 0 | 6
    Sleeping Bags | Sleeping Bag | 睡袋 | 79 | cushion | 0 | 6
    Camping Stoves | Camping Stove | 露营炉 | 39 | appliance | 0 | 6
    Gas Cartridges | Gas Cartridge | 气罐 | 6 | tin | 40 | 7`,
  ),
  group(
    'Toys',
    'Building',
    `
    Brick Sets | Brick Set | 积木套装 | 39 | toy | 0 | 12
    Wooden Blocks | Wooden Blocks | 木制积木 | 24 | toy | 0 | 12
    Marble Runs | Marble Run | 弹珠轨道 | 35 | ball | 0 | 12
    Storage Boxes | Toy Storage Box | 玩具收纳箱 | 16 | box | 0 | 1`,
  ),
  group(
    'Toys',
    'Crafts',
    `
    Paints | Paint Set | 颜料套装 | 13 | tube | 70 | 11
    Craft Paper | Craft Paper | 手工纸 | 6 | box | 35 | 11
    Glue | Craft Glue | 手工胶 | 3 | bottle | 50 | 0
    Brushes | Paint Brush | 画笔 | 7 | brush | 0 | 0`,
  ),
  group(
    'Toys',
    'Games',
    `
    Board Games | Board Game | 桌游 | 34 | box | 0 | 12
    Puzzles | Jigsaw Puzzle | 拼图 | 15 | toy | 0 | 12
    Card Games | Card Game | 纸牌游戏 | 11 | box | 0 | 12
    Dice | Dice Set | 骰子套装 | 8 | toy | 0 | 0`,
  ),
  group(
    'Toys',
    'Baby',
    `
    Nappies | Nappies | 纸尿裤 | 15 | box | 16 | 0 | sized
    Baby Wipes | Baby Wipes | 婴儿湿巾 | 4 | box | 15 | 0
    Rattles | Rattle | 摇铃 | 10 | ball | 0 | 0
    Bibs | Bib | 围兜 | 7 | fabric | 0 | 0`,
  ),
  group(
    'Office',
    'Printing',
    `
    Printers | Printer | 打印机 | 129 | appliance | 0 | 9
    Ink Cartridges | Ink Cartridge | 墨盒 | 26 | box | 55 | 9
    Printer Paper | Printer Paper | 打印纸 | 6 | book | 45 | 9
    USB Cables | USB Cable | USB线 | 9 | tool | 0 | 0`,
  ),
  group(
    'Office',
    'Writing',
    `
    Notebooks | Notebook | 笔记本 | 9 | book | 50 | 9
    Pens | Fountain Pen | 钢笔 | 28 | pen | 0 | 9
    Ink | Bottled Ink | 瓶装墨水 | 12 | bottle | 90 | 0
    Pencil Cases | Pencil Case | 笔袋 | 13 | bag | 0 | 8`,
  ),
  group(
    'Office',
    'Desk',
    `
    Desk Lamps | Desk Lamp | 台灯 | 45 | lamp | 0 | 10
    Office Chairs | Office Chair | 办公椅 | 159 | chair | 0 | 1
    Desk Organisers | Desk Organiser | 桌面收纳 | 18 | basket | 0 | 9
    Sticky Notes | Sticky Notes | 便利贴 | 4 | book | 40 | 9`,
  ),
  group(
    'Office',
    'Sound',
    `
    Headphones | Headphones | 耳机 | 79 | headphones | 0 | 12
    Speakers | Wireless Speaker | 无线音箱 | 65 | appliance | 0 | 12
    Headphone Cases | Headphone Case | 耳机盒 | 14 | bag | 0 | 12
    Batteries | Rechargeable Batteries | 充电电池 | 10 | box | 95 | 12`,
  ),
]
