// npm run bench:learning -- [items]: time of one update of six experts, and of one, in a synthetic shop with a side model.
import { loadKernel } from '../../src/core/kernel';
import { sideShop } from './scoring/side-shop';
import { updateTimes } from './scoring/updates';
import { spread } from './timing';

const count = Number(process.argv[2] ?? 10_000);
await loadKernel();
const { columns, six, one } = await updateTimes(await sideShop(count));
console.log(`${count} items, ${columns} columns: update and scores`);
console.log(`6 experts: ${six}`);
console.log(`1 expert:  ${one}`);
console.log(`ratio of the medians: ${(spread(six.processor).middle / spread(one.processor).middle).toFixed(2)}`);
