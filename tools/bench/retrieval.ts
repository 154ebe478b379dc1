/**
 * Measures catalogues of 1,000 to 1,000,000 synthetic items: what they weigh on the server and on the wire, the memory they
 * take, how good retrieval is against an exact search, and how long a list takes. Run it with `npm run bench:retrieval`,
 * sizes after it; bundles stay in `.cache/bench`. The code is that of the browser's worker, run in Node.
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchBundle, bytesPerItem } from './retrieval-bundle';
import { recall } from './retrieval-recall';
import { sessionFigures } from './retrieval-session';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const STEPS = { build, bytes, session, recall: measureRecall };

async function build(items: number): Promise<void> {
  const { seconds } = await benchBundle(items);
  if (seconds !== null) console.log(`${items} items: written in ${seconds.toFixed(0)} s`);
}

async function bytes(items: number): Promise<void> {
  const parts = await bytesPerItem((await benchBundle(items)).folder);
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  const list = Object.entries(parts).map(([name, size]) => `${name} ${size.toFixed(0)}`);
  console.log(`${items} items: ${total.toFixed(0)} bytes per item on the server (${list.join(', ')})`);
}

async function session(items: number): Promise<void> {
  const figures = await sessionFigures((await benchBundle(items)).folder);
  for (const line of figures) console.log(`${items} items: ${line}`);
}

async function measureRecall(items: number): Promise<void> {
  for (const line of await recall((await benchBundle(items)).folder)) console.log(`${items} items: ${line}`);
}

/** Each step in a process of its own, so that none pays for the memory of another. */
function main(sizes: number[]): void {
  const file = fileURLToPath(import.meta.url);
  for (const items of sizes) {
    for (const step of Object.keys(STEPS)) {
      const args = [...process.execArgv, '--expose-gc', file, step, String(items)];
      const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
      if (status !== 0) process.exitCode = 1;
    }
  }
  console.log(`load of the machine over the last 15 minutes: ${loadavg()[2].toFixed(1)}`);
}

const [first, ...rest] = process.argv.slice(2);
if (first !== undefined && first in STEPS) await STEPS[first as keyof typeof STEPS](Number(rest[0]));
else main(first === undefined ? SIZES : [first, ...rest].map(Number));
