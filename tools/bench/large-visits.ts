/**
 * Replays shoppers of a log against a large catalogue: `npm run bench:visits -- <bundle> <log.csv> [shoppers]`. Prints how often
 * the next choice was loaded when it happened, how often ten places of `complement` contained it, and what was downloaded. The
 * log is CSV with the columns user, item, time and type; use shoppers that the bundle was not trained on. It runs the code of the
 * browser's worker in Node.
 */
import { readFile } from 'node:fs/promises';
import { Engine } from '../../src/device/worker/engine';
import { countingServer } from './retrieval-session';

const CHOICES = 11;

/** The first choices of shoppers that have enough of them. */
async function shoppersOf(file: string, most: number): Promise<string[][]> {
  const choices = new Map<string, string[]>();
  for (const line of (await readFile(file, 'utf8')).trim().split('\n').slice(1)) {
    const [user, item] = line.split(',');
    choices.set(user, [...(choices.get(user) ?? []), item]);
  }
  return [...choices.values()]
    .filter(({ length }) => length >= CHOICES)
    .slice(0, most)
    .map((items) => items.slice(0, CHOICES));
}

const [bundle, log, most = '12'] = process.argv.slice(2);
const seen = { choices: 0, loaded: 0, complement: 0, list: 0 };
const loads = { first: [0, 0], personal: [0, 0], ten: [0, 0] };
const failures: string[] = [];
const shoppers = await shoppersOf(log, Number(most));
for (const items of shoppers) {
  const server = await countingServer(bundle);
  const engine = await Engine.start(
    { bundle: server.address, consent: 'pending', namespace: 'bench', learning: true },
    { change: () => undefined, progress: () => undefined, error: ({ message }) => failures.push(message) },
  );
  const note = (of: number[]): void => {
    of[0] += server.sent.files / shoppers.length;
    of[1] += server.sent.raw / shoppers.length;
  };
  await engine.recommend({ limit: 10 });
  note(loads.first);
  for (const [n, id] of items.slice(0, -1).entries()) {
    await engine.track('click', id, {});
    await engine.settled();
    const next = items[n + 1];
    const has = (list: { items: { item: { id: string } }[] }): number =>
      Number(list.items.some(({ item }) => item.id === next));
    seen.list += has(await engine.recommend({ limit: 10 }));
    if (n === 0) note(loads.personal);
    seen.choices++;
    seen.loaded += (await engine.products([next])).length;
    seen.complement += has(await engine.recommend({ placement: 'complement', itemId: id, limit: 10 }));
  }
  note(loads.ten);
  await engine.close();
  server.close();
}
const share = (count: number): string => `${count} of ${seen.choices} (${((100 * count) / seen.choices).toFixed(0)} %)`;
const load = ([files, bytes]: number[]): string => `${files.toFixed(0)} requests, ${(bytes / 1e6).toFixed(2)} MB`;
console.log(`next choice loaded when it happens: ${share(seen.loaded)}`);
console.log(`next choice among ten of for-you: ${share(seen.list)}`);
console.log(`next choice among ten of complement: ${share(seen.complement)}`);
console.log(
  `first list: ${load(loads.first)}; first personal list: ${load(loads.personal)}; ten clicks: ${load(loads.ten)}`,
);
for (const message of new Set(failures)) console.log(`failed: ${message}`);
