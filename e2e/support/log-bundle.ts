/**
 * `tsx e2e/support/log-bundle.ts <folder>`: writes a small bundle of 60 products in four topics, and in `events.csv` a log of 160
 * shoppers who mostly choose from one topic each. One line is refused, and two are about products that the bundle lacks.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundle } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';
import { topicContent } from '../../testing/topics';

const [ITEMS, TOPICS, SHOPPERS, CHOICES] = [60, 4, 160, 12];

const [folder] = process.argv.slice(2);
const content = await topicContent({ items: ITEMS, topics: TOPICS });
mkdirSync(folder, { recursive: true });
await writeBundle(content, async (name, bytes) => writeFileSync(join(folder, name), bytes));

const random = seededRandom(7);
const any = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)];
const categories = [...new Set(content.items.map(({ category }) => category))];
const lines = ['customer email,product id,order date'];
for (let shopper = 0; shopper < SHOPPERS; shopper++) {
  const own = content.items.filter(({ category }) => category === categories[shopper % categories.length]);
  for (let choice = 0; choice < CHOICES; choice++) {
    const { id } = any(random() < 0.8 ? own : content.items);
    const day = String(1 + ((shopper + choice) % 28)).padStart(2, '0');
    lines.push(`shopper${shopper}@example.com,${id},2026-03-${day} 10:${10 + choice}:00`);
  }
}
lines.push('shopper0@example.com,gone,2026-03-01 09:00:00', 'shopper1@example.com,gone,2026-03-01 09:00:00');
lines.push('shopper2@example.com,gone,tomorrow');
writeFileSync(join(folder, 'events.csv'), `${lines.join('\n')}\n`);
