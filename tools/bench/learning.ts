// npm run bench:learning -- [items]: time of one update of six experts, and of one, on a catalogue of made-up features.
import { updateTimes } from './scoring/updates';
import { spread } from './timing';

const count = Number(process.argv[2] ?? 10_000);
const { columns, six, one } = await updateTimes(count);
console.log(`${count} items, ${columns} columns: update and scores`);
console.log(`6 experts: ${six}`);
console.log(`1 expert:  ${one}`);
console.log(`ratio of the medians: ${(spread(six.processor).middle / spread(one.processor).middle).toFixed(2)}`);
