import { type Group, group } from './leaf.ts'

/** name | noun | Chinese | price | shape | days it lasts | peak month | sized */
export const BODY_AND_PETS: readonly Group[] = [
  group(
    'Beauty',
    'Skin Care',
    `
    Face Cream | Face Cream | 面霜 | 24 | jar | 48 | 1
    Cleansers | Facial Cleanser | 洁面乳 | 13 | bottle | 40 | 0
    Sun Care | Sunscreen | 防晒霜 | 15 | tube | 45 | 7
    Cotton Pads | Cotton Pads | 化妆棉 | 3 | box | 28 | 0`,
  ),
  group(
    'Beauty',
    'Hair',
    `
    Shampoo | Shampoo | 洗发水 | 9 | bottle | 32 | 0
    Conditioner | Hair Conditioner | 护发素 | 9 | bottle | 36 | 0
    Hair Dryers | Hair Dryer | 吹风机 | 49 | appliance | 0 | 12
    Hair Brushes | Hair Brush | 发梳 | 12 | brush | 0 | 0`,
  ),
  group(
    'Beauty',
    'Shaving',
    `
    Razors | Safety Razor | 剃须刀 | 28 | tool | 0 | 12
    Razor Blades | Razor Blades | 剃须刀片 | 11 | box | 30 | 0
    Shaving Cream | Shaving Cream | 剃须膏 | 7 | tube | 38 | 0
    After Shave | After Shave Balm | 须后乳 | 16 | bottle | 60 | 12`,
  ),
  group(
    'Beauty',
    'Make-up',
    `
    Lipstick | Lipstick | 口红 | 17 | tube | 75 | 12
    Mascara | Mascara | 睫毛膏 | 14 | tube | 65 | 0
    Make-up Brushes | Make-up Brush | 化妆刷 | 10 | brush | 0 | 0
    Nail Polish | Nail Polish | 指甲油 | 8 | bottle | 0 | 6`,
  ),
  group(
    'Fashion',
    'Basics',
    `
    T-Shirts | T-Shirt | T恤 | 18 | shirt | 0 | 6 | sized
    Socks | Socks | 袜子 | 8 | sock | 0 | 0 | sized
    Underwear | Underwear | 内衣 | 14 | shirt | 0 | 0 | sized
    Jeans | Jeans | 牛仔裤 | 59 | trousers | 0 | 9 | sized`,
  ),
  group(
    'Fashion',
    'Outerwear',
    `
    Coats | Wool Coat | 羊毛大衣 | 139 | shirt | 0 | 11 | sized
    Scarves | Scarf | 围巾 | 25 | fabric | 0 | 11
    Gloves | Gloves | 手套 | 22 | sock | 0 | 12 | sized
    Rain Jackets | Rain Jacket | 雨衣 | 79 | shirt | 0 | 4 | sized`,
  ),
  group(
    'Fashion',
    'Shoes',
    `
    Sneakers | Sneakers | 运动鞋 | 75 | shoe | 0 | 4 | sized
    Boots | Leather Boots | 皮靴 | 110 | shoe | 0 | 10 | sized
    Shoe Care | Shoe Polish | 鞋油 | 7 | tin | 90 | 10
    Insoles | Insoles | 鞋垫 | 12 | shoe | 0 | 0 | sized`,
  ),
  group(
    'Fashion',
    'Bags',
    `
    Backpacks | Backpack | 双肩包 | 55 | bag | 0 | 8
    Handbags | Handbag | 手提包 | 85 | bag | 0 | 12
    Wallets | Wallet | 钱包 | 35 | bag | 0 | 12
    Travel Bags | Travel Bag | 旅行袋 | 69 | bag | 0 | 6`,
  ),
  group(
    'Pets',
    'Cats',
    `
    Cat Food | Cat Food | 猫粮 | 14 | tin | 20 | 0
    Cat Litter | Cat Litter | 猫砂 | 11 | pouch | 25 | 0
    Cat Toys | Cat Toy | 猫玩具 | 6 | toy | 0 | 12
    Scratching Posts | Scratching Post | 猫抓柱 | 42 | tool | 0 | 0`,
  ),
  group(
    'Pets',
    'Dogs',
    `
    Dog Food | Dog Food | 狗粮 | 32 | pouch | 22 | 0
    Dog Treats | Dog Treats | 狗零食 | 6 | box | 18 | 0
    Leashes | Dog Leash | 牵引绳 | 18 | tool | 0 | 0
    Dog Beds | Dog Bed | 狗窝 | 49 | cushion | 0 | 11`,
  ),
  group(
    'Pets',
    'Aquarium',
    `
    Fish Food | Fish Food | 鱼食 | 7 | jar | 40 | 0
    Aquarium Filters | Aquarium Filter | 水族过滤器 | 36 | appliance | 0 | 0
    Aquarium Plants | Aquarium Plant | 水草 | 9 | plant | 0 | 0
    Water Care | Aquarium Water Care | 水质稳定剂 | 10 | bottle | 50 | 0`,
  ),
  group(
    'Pets',
    'Small Animals',
    `
    Hay | Meadow Hay | 干草 | 8 | pouch | 21 | 0
    Hutches | Rabbit Hutch | 兔舍 | 110 | house | 0 | 4
    Bedding | Pet Bedding | 垫料 | 9 | pouch | 24 | 0
    Chews | Chew Sticks | 磨牙棒 | 5 | box | 30 | 0`,
  ),
]
