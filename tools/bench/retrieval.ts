/**
 * Measures catalogues of 1,000 to 1,000,000 synthetic items: their size on the server and on the wire, the memory they
 * take, the recall of the loaded clusters compared with an exact search, and the time of a list. Run it with `npm run bench:retrieval`,
 * followed by sizes; bundles stay in `.cache/bench`. It runs the code of the browser's worker in Node.
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { inventory, openBundle } from '../../src/core/catalog';
import { folderFetch } from '../../src/shop/bundler/folder-bundle';
import { benchBundle } from './retrieval-bundle';
import { recall } from './retrieval-recall';
import { SHOPPERS, sessionTimes } from './retrieval-session';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
const STEPS = { build, bytes, session, recall: measureRecall };

/** @returns the measurements, line by line */
async function build(items: number): Promise<string[]> {
  const { seconds } = await benchBundle(items);
  return seconds === null ? [] : [`written in ${seconds.toFixed(0)} s`];
}

/** Bytes of the bundle on the server, per item and by purpose. */
async function bytes(items: number): Promise<string[]> {
  const fetchFile = folderFetch((await benchBundle(items)).folder);
  const { manifest } = await openBundle(fetchFile, undefined, { whole: false });
  const files = await inventory(manifest, fetchFile);
  const parts = {
    items: /^items-/,
    features: /^features-/,
    lookup: /^(directory|ids|axes|statistics)-/,
  };
  const sizes = Object.entries(parts).map(([name, pattern]) => {
    const own = files.filter(({ file }) => pattern.test(file));
    return { name, size: own.reduce((sum, { bytes }) => sum + bytes, 0) / manifest.count };
  });
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const list = sizes.map(({ name, size }) => `${name} ${size.toFixed(0)}`);
  return [`${total.toFixed(0)} bytes per item on the server (${list.join(', ')})`];
}

async function session(items: number): Promise<string[]> {
  const { lines, after, again, failures } = await sessionTimes((await benchBundle(items)).folder);
  return [
    ...lines,
    `a list after a choice, ${after.wall.length} of ${SHOPPERS} shoppers: ${after}`,
    `a list with nothing new, ${again.wall.length} of them: ${again}`,
    ...failures.map((message) => `failed: ${message}`),
  ];
}

async function measureRecall(items: number): Promise<string[]> {
  return recall((await benchBundle(items)).folder);
}

/** Each step runs in a separate process, so that none is affected by another's memory. */
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
if (first !== undefined && first in STEPS) {
  const lines = await STEPS[first as keyof typeof STEPS](Number(rest[0]));
  for (const line of lines) console.log(`${rest[0]} items: ${line}`);
} else main(first === undefined ? SIZES : [first, ...rest].map(Number));
