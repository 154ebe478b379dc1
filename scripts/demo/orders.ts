import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ItemInput } from '../../src/core/catalog';
import { type Random, seededRandom } from '../../src/core/common/random';
import { pick } from './seeded';

/**
 * Purchases that go together in the example shop: a category, and the categories that complement it. Nobody ordered anything
 * there; these rules stand in for a log, and the demo says so.
 */
const TOGETHER: readonly (readonly [string, ...string[]])[] = [
  ['Food/Fruit', 'Food/Bakery', 'Food/Sweets'],
  ['Food/Vegetables', 'Food/Ready Meals', 'Home/Kitchenware'],
  ['Food/Bakery', 'Food/Drinks', 'Food/Fruit'],
  ['Food/Ready Meals', 'Food/Drinks', 'Food/Vegetables'],
  ['Food/Asian Kitchen', 'Food/Drinks', 'Home/Kitchenware'],
  ['Food/Sweets', 'Food/Drinks', 'Party/Decorations'],
  ['Food/Drinks', 'Food/Sweets', 'Home/Kitchenware'],
  ['Clothing/Tops & Coats', 'Clothing/Trousers & Swimwear', 'Clothing/Accessories'],
  ['Clothing/Trousers & Swimwear', 'Clothing/Shoes', 'Clothing/Tops & Coats'],
  ['Clothing/Shoes', 'Clothing/Bags', 'Clothing/Trousers & Swimwear'],
  ['Clothing/Bags', 'Clothing/Accessories', 'Clothing/Shoes'],
  ['Clothing/Hats', 'Clothing/Accessories', 'Clothing/Tops & Coats'],
  ['Clothing/Accessories', 'Clothing/Bags', 'Clothing/Hats'],
  ['Sport/Ball Games', 'Clothing/Shoes', 'Sport/Trophies'],
  ['Sport/Outdoor', 'Clothing/Hats', 'Garden/Birds & Outdoors'],
  ['Sport/Trophies', 'Sport/Ball Games'],
  ['Music/Instruments', 'Music/Studio & Listening'],
  ['Music/Studio & Listening', 'Music/Instruments', 'Electronics/Phones & Computers'],
  ['Electronics/Phones & Computers', 'Electronics/Power & Light', 'Office/Desk Supplies'],
  ['Electronics/Cameras & Video', 'Electronics/Power & Light', 'Electronics/Phones & Computers'],
  ['Electronics/Power & Light', 'Electronics/Phones & Computers', 'Home/Lamps & Candles'],
  ['Home/Kitchenware', 'Food/Vegetables', 'Home/Cleaning & Care'],
  ['Home/Bathroom', 'Home/Cleaning & Care'],
  ['Home/Furniture', 'Home/Lamps & Candles', 'Home/Wall Art'],
  ['Home/Cleaning & Care', 'Home/Bathroom'],
  ['Home/Lamps & Candles', 'Home/Furniture', 'Home/Wall Art'],
  ['Home/Clocks', 'Home/Wall Art', 'Home/Furniture'],
  ['Home/Wall Art', 'Home/Furniture', 'Home/Lamps & Candles'],
  ['Tools/Hand Tools', 'Tools/Hardware'],
  ['Tools/Hardware', 'Tools/Hand Tools'],
  ['Tools/Lab & Measuring', 'Office/Books & Paper', 'Tools/Hand Tools'],
  ['Tools/Sewing & Art', 'Office/Books & Paper', 'Clothing/Accessories'],
  ['Toys/Plush Pets', 'Toys/Plush Wild Animals', 'Toys/Games & Puzzles'],
  ['Toys/Plush Wild Animals', 'Toys/Plush Pets', 'Toys/Games & Puzzles'],
  ['Toys/Bird Figures', 'Toys/Sea Animals', 'Toys/Reptiles & Bugs'],
  ['Toys/Sea Animals', 'Toys/Reptiles & Bugs', 'Home/Bathroom'],
  ['Toys/Reptiles & Bugs', 'Toys/Sea Animals', 'Toys/Bird Figures'],
  ['Toys/Games & Puzzles', 'Toys/Plush Pets', 'Party/Decorations'],
  ['Models/Trains', 'Models/Buildings', 'Tools/Sewing & Art'],
  ['Models/Cars & Trucks', 'Models/Buildings', 'Tools/Hand Tools'],
  ['Models/Aircraft & Ships', 'Models/Space', 'Tools/Sewing & Art'],
  ['Models/Buildings', 'Models/Trains', 'Models/Cars & Trucks'],
  ['Models/Space', 'Models/Aircraft & Ships', 'Home/Lamps & Candles'],
  ['Garden/Flowers', 'Garden/Plants & Trees', 'Party/Decorations'],
  ['Garden/Plants & Trees', 'Garden/Flowers', 'Garden/Birds & Outdoors'],
  ['Garden/Birds & Outdoors', 'Garden/Plants & Trees', 'Sport/Outdoor'],
  ['Office/Books & Paper', 'Office/Desk Supplies'],
  ['Office/Desk Supplies', 'Office/Books & Paper', 'Office/Mail & Money'],
  ['Office/Mail & Money', 'Office/Desk Supplies'],
  ['Party/Decorations', 'Food/Sweets', 'Party/Festivals'],
  ['Party/Festivals', 'Party/Decorations', 'Home/Lamps & Candles'],
];

/** Number of orders. */
const ORDERS = 6000;
/** Share of the products of an order that are of the second complementary category. */
const SECOND = 0.3;
/** Number of products of a category among which an order chooses one that goes with its first product: some pairs are frequent. */
const PARTNERS = 3;

/** Draws a product that goes with another. @param isSecond whether it is of the second complementary category */
export type Complement = (item: ItemInput, isSecond: boolean, random: Random) => ItemInput;

/** @throws Error if a rule names a category that the shop lacks, or a category has no rule */
export function complementOf(items: readonly ItemInput[]): Complement {
  const ofCategory = new Map<string, ItemInput[]>();
  for (const item of items) {
    const { category = '' } = item;
    ofCategory.set(category, [...(ofCategory.get(category) ?? []), item]);
  }
  const rules = new Map(TOGETHER.map(([category, ...others]) => [category, others]));
  for (const category of new Set([...TOGETHER.flat(), ...ofCategory.keys()])) {
    if (!ofCategory.has(category) || !rules.has(category)) throw new Error(`No rule or no products: "${category}".`);
  }
  const rowOf = new Map(items.map((item, row) => [item, row]));
  return (item, isSecond, random) => {
    const [main, second = main] = rules.get(item.category ?? '') ?? [];
    const others = ofCategory.get(isSecond ? second : main) ?? [];
    return others[((rowOf.get(item) ?? 0) + Math.floor(random() * PARTNERS)) % others.length];
  };
}

/** Draws orders of two or three products by rule, the same in every run, and writes them as lines of `order,item`. */
export async function makeDemoOrders(file: string, items: readonly ItemInput[]): Promise<void> {
  const complement = complementOf(items);
  const random = seededRandom(1);
  const popular = items.flatMap((item) =>
    Array.from({ length: 1 + Math.round(Math.sqrt(item.popularity ?? 0)) }, () => item),
  );
  const lines = ['order,item'];
  for (let order = 1; order <= ORDERS; order++) {
    const first = pick(popular, random);
    const others = [
      complement(first, random() < SECOND, random),
      ...(random() < SECOND ? [complement(first, false, random)] : []),
    ];
    for (const { id } of new Set([first, ...others])) lines.push(`${order},${id}`);
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join('\n')}\n`);
}
