import { type Group, group } from './leaf.ts'

/** name | noun | Chinese | price | shape | days it lasts | peak month | sized */
export const HOME: readonly Group[] = [
  group(
    'Kitchen',
    'Coffee',
    `
    Coffee Beans | Coffee Beans | 咖啡豆 | 11 | pouch | 24 | 12
    Coffee Makers | Coffee Maker | 咖啡机 | 89 | appliance | 0 | 12
    Mugs | Mug | 马克杯 | 9 | mug | 0 | 12
    Coffee Filters | Coffee Filters | 咖啡滤纸 | 4 | box | 45 | 0`,
  ),
  group(
    'Kitchen',
    'Cooking',
    `
    Frying Pans | Frying Pan | 煎锅 | 35 | pan | 0 | 0
    Kitchen Knives | Kitchen Knife | 厨刀 | 29 | knife | 0 | 12
    Cooking Oil | Olive Oil | 橄榄油 | 10 | bottle | 40 | 0
    Spices | Spice Jar | 香料 | 5 | jar | 60 | 11`,
  ),
  group(
    'Kitchen',
    'Baking',
    `
    Cake Tins | Cake Tin | 蛋糕模具 | 14 | tin | 0 | 12
    Flour | Flour | 面粉 | 3 | pouch | 30 | 12
    Cake Decorations | Cake Decorations | 蛋糕装饰 | 6 | jar | 50 | 12
    Mixers | Hand Mixer | 手持搅拌机 | 45 | appliance | 0 | 12`,
  ),
  group(
    'Kitchen',
    'Table',
    `
    Plates | Dinner Plate | 餐盘 | 12 | plate | 0 | 12
    Glasses | Drinking Glass | 玻璃杯 | 8 | glass | 0 | 0
    Napkins | Paper Napkins | 餐巾纸 | 4 | box | 35 | 12
    Cutlery | Cutlery Set | 餐具套装 | 32 | knife | 0 | 12`,
  ),
  group(
    'Home',
    'Bedroom',
    `
    Duvets | Duvet | 被子 | 59 | cushion | 0 | 11
    Pillows | Pillow | 枕头 | 25 | cushion | 0 | 0
    Bed Linen | Bed Linen | 床上用品 | 39 | fabric | 0 | 0 | sized
    Bedside Lamps | Bedside Lamp | 床头灯 | 34 | lamp | 0 | 11`,
  ),
  group(
    'Home',
    'Living Room',
    `
    Cushions | Cushion | 靠垫 | 18 | cushion | 0 | 0
    Throws | Throw Blanket | 盖毯 | 28 | fabric | 0 | 11
    Candles | Scented Candle | 香薰蜡烛 | 12 | candle | 38 | 12
    Vases | Vase | 花瓶 | 22 | vase | 0 | 3`,
  ),
  group(
    'Home',
    'Laundry',
    `
    Detergent | Laundry Detergent | 洗衣液 | 9 | bottle | 35 | 0
    Fabric Softener | Fabric Softener | 柔顺剂 | 5 | bottle | 42 | 0
    Drying Racks | Drying Rack | 晾衣架 | 31 | tool | 0 | 0
    Laundry Baskets | Laundry Basket | 洗衣篮 | 19 | basket | 0 | 0`,
  ),
  group(
    'Home',
    'Bathroom',
    `
    Towels | Bath Towel | 浴巾 | 16 | fabric | 0 | 0
    Bath Mats | Bath Mat | 浴室垫 | 15 | fabric | 0 | 0
    Hand Soap | Hand Soap | 洗手液 | 4 | bottle | 28 | 0
    Shower Caddies | Shower Caddy | 浴室置物架 | 23 | basket | 0 | 0`,
  ),
  group(
    'Garden',
    'Planting',
    `
    Seeds | Seed Packet | 种子 | 3 | pouch | 0 | 3
    Flower Pots | Flower Pot | 花盆 | 11 | plant | 0 | 4
    Potting Soil | Potting Soil | 盆栽土 | 8 | pouch | 70 | 4
    Garden Tools | Garden Trowel | 园艺铲 | 13 | tool | 0 | 4`,
  ),
  group(
    'Garden',
    'Barbecue',
    `
    Barbecues | Barbecue Grill | 烧烤炉 | 120 | appliance | 0 | 6
    Charcoal | Charcoal | 木炭 | 9 | pouch | 30 | 7
    Grill Tools | Grill Tongs | 烧烤夹 | 16 | tool | 0 | 6
    Marinades | Marinade | 腌料 | 5 | bottle | 35 | 7`,
  ),
  group(
    'Garden',
    'Outdoor Living',
    `
    Garden Chairs | Garden Chair | 花园椅 | 65 | chair | 0 | 5
    Parasols | Parasol | 遮阳伞 | 75 | umbrella | 0 | 6
    Outdoor Lights | Outdoor Lantern | 户外灯笼 | 24 | lamp | 0 | 6
    Outdoor Cushions | Outdoor Cushion | 户外靠垫 | 21 | cushion | 0 | 5`,
  ),
  group(
    'Garden',
    'Birds',
    `
    Bird Feeders | Bird Feeder | 喂鸟器 | 17 | house | 0 | 11
    Bird Seed | Bird Seed | 鸟食 | 8 | pouch | 26 | 1
    Nest Boxes | Nest Box | 鸟巢箱 | 20 | house | 0 | 2
    Bird Baths | Bird Bath | 鸟浴盆 | 38 | vase | 0 | 4`,
  ),
]
