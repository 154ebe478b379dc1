import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSink } from '../../../packages/cli/bundler';
import { writeBundle } from '../../../src/core/catalog';
import { seededRandom } from '../../../src/core/common/random';
import { topicContent } from '../../../testing/topics';
import { rowsByTopic } from '../catalogs';

/** Sizes of catalogue and log: large enough for one process to take about a minute. */
const ITEMS = 2000;
const TOPICS = 20;
/** Number of shoppers in the earlier part of the log, and in the later part, who are all new. */
const [KNOWN, NEW] = [200, 64];
const [EVENTS_OF_KNOWN, EVENTS_OF_NEW] = [44, 90];
/** Share of the log that is the past in `evaluate`: it contains no new shopper. */
const PAST = 0.6;

/** Folder of a synthetic shop. */
export interface SyntheticShop {
  bundle: string;
  events: string;
  models: string;
}

/** Writes a bundle, and a log of shoppers who each choose from a few topics. */
export async function writeShop(folder: string): Promise<SyntheticShop> {
  const [bundle, events, models] = ['bundle', 'events.csv', 'models'].map((name) => join(folder, name));
  const content = await topicContent({ items: ITEMS, topics: TOPICS, dim: 64, taps: 3 });
  await writeBundle(content, await folderSink(bundle));
  const topics = rowsByTopic(content).map((rows) => rows.map((row) => content.items[row]));
  const random = seededRandom(3);
  const below = (n: number): number => Math.floor(random() * n);
  const lines = ['time,user,item'];
  let time = 0;
  const visit = (users: string[], each: number): void => {
    for (let n = 0; n < each; n++) {
      for (const [u, user] of users.entries()) {
        // Occasionally any item, otherwise one of the shopper's three topics, of which the first ones are chosen more often.
        const own = topics[(u + 7 * below(3)) % topics.length];
        const item = own[Math.floor(own.length * random() ** 2)];
        time += 60;
        lines.push(`${time},${user},${item.id}`);
      }
    }
  };
  const named = (kind: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${kind}-${n}`);
  visit(named('known', KNOWN), EVENTS_OF_KNOWN);
  visit(named('new', NEW), EVENTS_OF_NEW);
  await writeFile(events, `${lines.join('\n')}\n`);
  return { bundle, events, models };
}

/** Options of `evaluate` for the shop. */
export const evaluateOptions = ({ bundle, events, models }: SyntheticShop): string[] => [
  ...['evaluate', '--bundle', bundle, '--events', events, '--models', models, '--past', String(PAST)],
];
