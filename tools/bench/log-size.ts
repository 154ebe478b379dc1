/**
 * Measures what more data brings, and what shards cost: trains the side model on 1 %, 10 % and 100 % of the shoppers of a prepared log, and
 * ranks the choices of the same held-out shoppers each time.
 * `npm run bench:log-size -- <bundle> <prepared folder> [shares, such as 0.01,0.1,1] [shards] [seed]`
 */
import { contentBlend } from '../../src/core/catalog';
import { catalogIndex } from '../../src/device/ranking';
import { openFolder } from '../../src/shop/bundler';
import { openPrepared } from '../../src/shop/logs/node';
import { byProduct } from '../../src/shop/training';
import { rowsOf, shoppersIn } from '../../src/shop/training/interactions';
import { localShards, startCompute } from '../../src/shop/training/node';
import { heldOutShoppers, sideFeatures, trainSide } from '../../src/shop/training/side';
import { sideSequences } from '../../src/shop/training/side/side-sequences';

const [folder, prepared, shares = '0.01,0.1,1', shards = '1', seed = '1'] = process.argv.slice(2);
const full = await openFolder(folder);
const { bundle } = byProduct(full, { events: [], rejected: [] });
const choices = await openPrepared(prepared, bundle.items);
await startCompute('wasm');
const features = sideFeatures(catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest)));
const { heldOut } = heldOutShoppers(choices);
const judges = [...heldOut].map((shopper) => Int32Array.from(new Set(rowsOf(choices, shopper))));
console.log(`${judges.length} held-out shoppers, ${shards} shards, seed ${seed}`);
console.log('share, choices, epochs, seconds, ln rank, HR@10 %');
for (const share of shares.split(',').map(Number)) {
  const left = new Set(heldOut);
  // Spread evenly over the log.
  for (let shopper = 0; shopper < shoppersIn(choices); shopper++) {
    if (Math.floor((shopper + 1) * share) === Math.floor(shopper * share)) left.add(shopper);
  }
  const sequences = sideSequences(choices, left);
  const started = performance.now();
  const count = Number(shards);
  const { reports, epoch } = await trainSide({
    features,
    sequences,
    heldOut: judges,
    seed: Number(seed),
    ...(count > 1 && { shards: { count, start: localShards(count) } }),
    onEpoch: ({ epoch: now, heldOut: quality }) => console.error(`epoch ${now}: ${quality?.lnRank.toFixed(3)}`),
  });
  const { lnRank = Number.NaN, hr10 = Number.NaN } = reports[epoch - 1].heldOut ?? {};
  const seconds = (performance.now() - started) / 1000;
  const figures = [
    sequences.rows.length,
    reports.length,
    seconds.toFixed(0),
    lnRank.toFixed(3),
    (100 * hr10).toFixed(2),
  ];
  console.log([share, ...figures].join(', '));
}
