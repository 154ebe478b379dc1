// npm run bench:offers -- [items] [rows]: time of updateOffers() in an engine whose experts have learned, with the list that follows
// it, on a synthetic catalogue; and time of `sidestream offers` on as many rows.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBundle } from '../../src/core/catalog';
import { createMeter, folderSink, writeOffers } from '../../src/shop/bundler';
import { serveContent } from '../../src/testing/served-shop';
import { topicContent } from '../../src/testing/topics';
import { spread } from './timing';

const ROUNDS = 40;
const CHOICES = 12;

const count = Number(process.argv[2] ?? 10_000);
const rows = Number(process.argv[3] ?? 100_000);

const content = await topicContent({ items: count, topics: 60, dim: 128 });
const shop = await serveContent(content);
const engine = await shop.open({ consent: 'pending' });
for (let n = 0; n < CHOICES; n++) await engine.track('click', `item-${n * 7}`, {});
await engine.settled();

async function times(work: (round: number) => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await work(round);
    found.push(performance.now() - started);
  }
  return found;
}

const list = () => engine.recommend({ limit: 12 });
console.log(`${count} items, ${(await engine.status()).experts.length} experts`);
console.log(`list, nothing changed:               ${spread(await times(list))}`);
for (const most of [1, 1000]) {
  const update = (field: 'price' | 'availability') => (round: number) =>
    engine.updateOffers(
      Array.from({ length: most }, (_, n) => {
        const id = `item-${(n * 9 + 1) % count}`;
        if (field === 'price') return { id, price: 5 + ((round + n) % 50) };
        return { id, availability: round % 2 ? ('in-stock' as const) : ('out-of-stock' as const) };
      }),
    );
  for (const field of ['availability', 'price'] as const) {
    const label = `${most} × ${field}`.padEnd(20);
    console.log(`updateOffers ${label}    ${spread(await times(update(field)))}`);
    const both = async (round: number) => {
      await update(field)(round);
      await list();
    };
    console.log(`  and the list that follows:         ${spread(await times(both))}`);
  }
}
await engine.close();
await shop.close();

const folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
try {
  const out = join(folder, 'bundle');
  const large = await topicContent({ items: rows, topics: 200, dim: 8 });
  await writeBundle(large, await folderSink(out));
  const feed = join(folder, 'feed.csv');
  // Every twentieth price is another one.
  const lines = large.items.map(
    ({ id, title, description, price = 0 }, n) =>
      `${id},${title},"${description}",${n % 20 ? price : price - 1},in stock`,
  );
  await writeFile(feed, `id,title,description,price,availability\n${lines.join('\n')}\n`);
  for (const market of ['default', 'at']) {
    const started = performance.now();
    const { offers, bytes } = await writeOffers({ feed: [feed], out, market, meter: createMeter() });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`sidestream offers, ${rows} rows, market ${market}: ${seconds} s; ${offers} offers, ${bytes} bytes`);
  }
} finally {
  await rm(folder, { recursive: true });
}
