import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import buildCommandLine from '../../../scripts/command-line';
import { invalidInput } from '../../../src/error';
import { type Area, type AreaResult, within } from '../kept';
import { sidestream } from '../offline/runs';

/** The log with its catalogue; not part of the project. */
const DATA = fileURLToPath(new URL('../../../../shared/data/movielens/', import.meta.url));
/** Folder in which its bundle and models are kept. */
const KEPT = fileURLToPath(new URL('../../../.cache/bench/movielens/', import.meta.url));
const SHOPPERS = '60';
/** The bar, minutes. */
const MINUTES = 5;

/** Takes many minutes, because it trains a side model unless one is kept from an earlier run. */
export const area: Area = {
  title: `MovieLens: evaluate on ${SHOPPERS} shoppers`,
  async measure(say): Promise<AreaResult> {
    const [items, events] = ['items.jsonl', 'events.csv'].map((name) => join(DATA, name));
    if (![items, events].every((file) => existsSync(file))) {
      throw invalidInput(`${DATA} has no items.jsonl and events.csv; this area needs both.`);
    }
    await buildCommandLine();
    const [bundle, models] = ['bundle', 'models'].map((name) => join(KEPT, name));
    if (!existsSync(join(bundle, 'manifest.json'))) {
      say('building a bundle of the texts');
      await buildTexts(items, bundle);
    }
    const evaluate = ['evaluate', '--bundle', bundle, '--events', events, '--models', models, '--json'];
    const trained = existsSync(models);
    say(trained ? `the models of the past are in ${models}` : 'learning from the past');
    const learning = await sidestream(...evaluate, '--shoppers', '2', '--processes', '2');
    say('evaluating');
    const run = await sidestream(...evaluate, '--shoppers', SHOPPERS, '--processes', '2');
    const processor = `${(run.processor / 60).toFixed(1)} minutes of processor time, load ${run.load.toFixed(1)}`;
    return {
      bars: [
        within(
          `evaluate, ${SHOPPERS} shoppers of MovieLens, all usual methods, two processes`,
          MINUTES,
          run.seconds / 60,
          'minutes',
          processor,
        ),
      ],
      figures: trained
        ? []
        : [
            {
              name: 'models of the past, and two shoppers',
              measured: `${(learning.seconds / 60).toFixed(1)} minutes, ${(learning.processor / 60).toFixed(1)} of processor time`,
            },
          ],
    };
  },
};

async function buildTexts(items: string, bundle: string): Promise<void> {
  await mkdir(KEPT, { recursive: true });
  const feed = join(KEPT, 'items.jsonl');
  const lines = (await readFile(items, 'utf8')).trim().split('\n');
  const texts = lines.map((line) => JSON.stringify({ ...JSON.parse(line), image: undefined }));
  await writeFile(feed, `${texts.join('\n')}\n`);
  await sidestream('build', feed, '--out', bundle, '--no-encoders');
  await rm(feed);
}
