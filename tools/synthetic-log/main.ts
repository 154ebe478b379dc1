/**
 * `npm run synthetic-log -- <catalog.jsonl> <events.csv> [shoppers] [seed]`: writes a log of shoppers who each mostly choose from two to
 * four categories of a catalogue, in visits of six choices, some products of a category more often than others. For catalogues without a log:
 * what it says about experts holds for such shoppers, not for real ones.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { seededRandom } from '../../src/core/common/random';

const [catalog, out, shoppers = '1500', seed = '1'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const below = (count: number): number => Math.floor(random() * count);
const [DAY, START] = [86_400, 1_700_000_000];
/** Share of the choices that are of the shopper's own categories, choices of a visit, and mean place in a category, as a share of it. */
const [OWN, VISIT, PLACE] = [0.88, 6, 0.45];

const categories = new Map<string, string[]>();
for (const line of readFileSync(catalog, 'utf8').split('\n').filter(Boolean)) {
  const { id, category = '' }: { id: string; category?: string } = JSON.parse(line);
  const ids = categories.get(category) ?? [];
  ids.splice(below(ids.length + 1), 0, id);
  categories.set(category, ids);
}
const names = [...categories.keys()];

function chosen(own: readonly string[], before: ReadonlySet<string>): string {
  for (let tries = 0; ; tries++) {
    const among = random() < OWN ? own : names;
    const ids = categories.get(among[below(among.length)]) ?? [];
    const id = ids[Math.min(ids.length - 1, Math.floor(-Math.log(1 - random()) * PLACE * ids.length))];
    if (!before.has(id) || tries === 50) return id;
  }
}

const events: { time: number; line: string }[] = [];
for (let shopper = 0; shopper < Number(shoppers); shopper++) {
  const own = Array.from({ length: 2 + below(3) }, () => names[below(names.length)]);
  const before = new Set<string>();
  let time = START + below(300 * DAY);
  for (let n = 8 + below(38); n > 0; n--) {
    time += 20 + below(180) + (before.size > 0 && before.size % VISIT === 0 ? below(20 * DAY) : 0);
    const id = chosen(own, before);
    before.add(id);
    events.push({ time, line: `${time},u${shopper},${id},${random() < 0.1 ? 'purchase' : 'view'}` });
  }
}
events.sort((a, b) => a.time - b.time);
writeFileSync(out, `timestamp,userId,itemId,type\n${events.map(({ line }) => `${line}\n`).join('')}`);
console.log(`${events.length} events of ${shoppers} shoppers in ${out}`);
