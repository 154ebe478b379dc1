/**
 * Measures what more data brings, and what shards cost: trains the side model on 1 %, 10 % and 100 % of the shoppers of a prepared log, and
 * ranks the choices of the same held-out shoppers each time.
 * `npm run bench:log-size -- <bundle> <prepared folder> [shares, such as 0.01,0.1,1] [shards] [seed] [seconds]`
 * With a number of seconds, each training ends after them, and its pace is printed. A number instead of a bundle makes that many
 * products, i0, i1, …, with random features, to measure time and memory.
 */

import { openFolder } from '../../packages/cli/bundler';
import { openPrepared } from '../../packages/cli/logs';
import { localShards, startCompute } from '../../packages/cli/training';
import { byProduct } from '../../packages/shop/training';
import { choiceCounts, rowsOf, sequencesWithout, shoppersIn } from '../../packages/shop/training/interactions';
import { heldOutShoppers, type SideFeatures, sideFeatures, trainEpochs } from '../../packages/shop/training/side';
import { heldOutQuality } from '../../packages/shop/training/side/held-out-quality';
import { sideSequences } from '../../packages/shop/training/side/side-sequences';
import { contentBlend, type Item } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';
import { catalogIndex } from '../../src/device/ranking';

const [catalog, prepared, shares = '0.01,0.1,1', shards = '1', seed = '1', most = 'Infinity'] = process.argv.slice(2);

async function openCatalog(): Promise<{ items: readonly Item[]; features: SideFeatures }> {
  if (!/^\d+$/.test(catalog)) {
    const { bundle } = byProduct(await openFolder(catalog), { events: [], rejected: [] });
    const index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest));
    return { items: bundle.items, features: sideFeatures(index) };
  }
  const [count, random] = [Number(catalog), seededRandom(1)];
  const part = (columns: number) => ({
    columns,
    values: Float32Array.from({ length: count * columns }, () => (random() - 0.5) / 4),
  });
  const items = Array.from({ length: count }, (_, n) => ({ id: `i${n}`, title: '' }) as Item);
  return { items, features: { count, inputs: { text: part(128), image: part(0), attributes: part(64) } } };
}

const { items, features } = await openCatalog();
const choices = await openPrepared(prepared, items);
await startCompute();
const { heldOut } = heldOutShoppers(choices);
const judges = [...heldOut].map((shopper) => Int32Array.from(new Set(rowsOf(choices, shopper))));
const chosen = choiceCounts(choices, items.length, heldOut);
console.log(`${judges.length} held-out shoppers, ${shards} shards, seed ${seed}`);
console.log('share, choices, epochs, seconds, ln rank, HR@10 %');
for (const share of shares.split(',').map(Number)) {
  const left = new Set(heldOut);
  // Spread evenly over the log.
  for (let shopper = 0; shopper < shoppersIn(choices); shopper++) {
    if (Math.floor((shopper + 1) * share) === Math.floor(shopper * share)) left.add(shopper);
  }
  const sequences = sideSequences(choices, left);
  const learned = [...sequencesWithout(choices, left)].reduce((sum, { length }) => sum + length, 0);
  const started = performance.now();
  const count = Number(shards);
  let pace = '';
  const { reports, model } = await trainEpochs({
    features,
    sequences,
    heldOut: judges,
    seed: Number(seed),
    ...(count > 1 && { shards: { count, start: localShards(count) } }),
    stopped: () => performance.now() - started > 1000 * Number(most),
    onStep(step, steps) {
      const passed = (performance.now() - started) / 1000;
      pace = `${step} of ${steps} ${count > 1 ? 'rounds' : 'steps'} of an epoch in ${passed.toFixed(0)} s, ${(process.resourceUsage().maxRSS / 1e6).toFixed(1)} GB in this process`;
    },
    onEpoch: ({ epoch: now, heldOut: quality }) => console.error(`epoch ${now}: ${quality?.lnRank.toFixed(3)}`),
  });
  // Candidates are the products of the whole log. A sample knows fewer products, which would make its ranks better.
  const { lnRank, hr10 } = heldOutQuality(model, judges, (row) => chosen[row] > 0);
  const seconds = (performance.now() - started) / 1000;
  const figures = [learned, reports.length, seconds.toFixed(0), lnRank.toFixed(3), (100 * hr10).toFixed(2)];
  console.log([share, ...figures, ...(Number.isFinite(Number(most)) ? [pace] : [])].join(', '));
}
