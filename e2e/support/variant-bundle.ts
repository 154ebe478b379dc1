/**
 * `tsx e2e/support/variant-bundle.ts <folder> [<products>]`: writes a small bundle of products, by default twelve, in three
 * sizes and two colours, `item-0.0` to `item-11.5`. Size L costs 2 more, and every fifth variant is sold out. It runs in a
 * separate process, because the sources need a loader that the test runner does not have.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundle } from '../../src/core/catalog';
import { topicContent } from '../../testing/topics';
import { withVariants } from '../../testing/variants';

const [folder, products = '12'] = process.argv.slice(2);
const content = await topicContent({ items: Number(products), topics: 4 });
const { items, table } = withVariants(content.items, content.features, 6, ({ price = 0 }, variant) => ({
  image: undefined,
  price: price + (variant > 3 ? 2 : 0),
  availability: variant === 2 ? 'out-of-stock' : 'in-stock',
  attributes: { size: ['S', 'M', 'L'][Math.floor(variant / 2)], color: ['Red', 'Blue'][variant % 2] },
}));
mkdirSync(folder, { recursive: true });
await writeBundle({ ...content, items, features: table }, async (name, bytes) =>
  writeFileSync(join(folder, name), bytes),
);
