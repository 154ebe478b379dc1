/**
 * Measures what a step of a training costs in catalogues of some sizes: synthetic products and shoppers, the same number of choices in each.
 * `npm run bench:step -- [products, such as 20000,1000000] [steps]`
 */

import { startCompute } from '../../packages/cli/training';
import { sequencesFrom, trainEpochs } from '../../packages/shop/training/side';
import { seededRandom } from '../../src/core/common/random';

const [sizes = '20000,1000000', steps = '40'] = process.argv.slice(2);
const COLUMNS = 64;
const SHOPPERS = 6000;
const LENGTH = 20;

await startCompute();
console.log('products, steps, ms of a step, GB of memory');
for (const count of sizes.split(',').map(Number)) {
  const random = seededRandom(1);
  const values = Float32Array.from({ length: count * COLUMNS }, () => (random() - 0.5) / 4);
  const none = { columns: 0, values: new Float32Array() };
  const lists = Array.from({ length: SHOPPERS }, () =>
    // The n-th product is chosen as often as 1 / n says.
    Array.from({ length: LENGTH }, () => Math.floor(count ** random())),
  );
  const times: number[] = [];
  let before = performance.now();
  await trainEpochs({
    features: { count, inputs: { text: { columns: COLUMNS, values }, image: none, attributes: none } },
    sequences: sequencesFrom(lists),
    earlier: new Float32Array(count).fill(1),
    seed: 1,
    settings: { epochs: 1 },
    stopped: () => times.length > Number(steps),
    onStep() {
      times.push(performance.now() - before);
      before = performance.now();
    },
  });
  // The first ones compile.
  const own = times.slice(10).sort((a, b) => a - b);
  const gigabytes = process.memoryUsage().rss / 1e9;
  console.log([count, own.length, own[Math.floor(own.length / 2)].toFixed(0), gigabytes.toFixed(1)].join(', '));
}
