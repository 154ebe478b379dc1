import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBundle } from '../../src/catalog';
import { folderFetch } from '../../src/cli/folder-bundle';
import { Engine } from '../../src/runtime/engine';

const CLICKS = 15;
const REPEATS = 8;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Values at the median and at 95 %. */
const spread = (values: number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`;
};

/** A folder behind a server that counts what it sends, as it is and as gzip would send it. */
async function countingServer(folder: string) {
  const sent = { raw: 0, gzip: 0, files: 0 };
  const server = createServer(async ({ url = '' }, response) => {
    const bytes = await readFile(join(folder, url.slice(1))).catch(() => null);
    if (bytes) {
      sent.files++;
      sent.raw += bytes.byteLength;
      sent.gzip += gzipSync(bytes).byteLength;
    }
    response.writeHead(bytes ? 200 : 404).end(bytes ?? undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `http://127.0.0.1:${port}`, sent, close };
}

/** Memory of JavaScript in use, bytes. */
function memory(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Items of three topics, as a shopper with three interests chooses them. */
async function choices(folder: string): Promise<string[]> {
  const { items, clusters } = await openBundle(folderFetch(folder), undefined, { whole: false });
  const found: string[][] = [];
  for (const { id, category } of [items[1], items[Math.floor(items.length / 3)], items[items.length - 1]]) {
    const [cluster] = (await clusters?.clustersWith(id)) ?? [];
    const near = clusters ? (await clusters.items(cluster)).items : items;
    found.push(near.filter((item) => item.category === category).map((item) => item.id));
  }
  return Array.from({ length: CLICKS }, (_, n) => found[n % 3][(7 * n) % found[n % 3].length]);
}

async function timed(work: () => Promise<unknown>, times: number[], processor: number[]): Promise<void> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  await work();
  times.push(performance.now() - started);
  const { user, system } = process.cpuUsage(used);
  processor.push((user + system) / 1000);
}

/** One visit of a shopper who clicks on items of three topics: downloads, memory and times, in words. */
export async function sessionFigures(folder: string): Promise<string[]> {
  const chosen = await choices(folder);
  const before = memory();
  const server = await countingServer(folder);
  const failures: string[] = [];
  const engine = await Engine.start(
    { bundle: server.address, consent: 'pending', namespace: 'bench', learning: true, seed: 1 },
    { change: () => undefined, progress: () => undefined, error: ({ message }) => failures.push(message) },
  );
  // Training the experts is measured elsewhere.
  await engine.setResting(true);
  const downloaded = (): string =>
    `${mb(server.sent.raw)} (${mb(server.sent.gzip)} with gzip) in ${server.sent.files} files`;
  await engine.recommend({ limit: 8 });
  const lines = [`downloaded for a first list before anything is known: ${downloaded()}`];
  await engine.track('click', chosen[0], {});
  await engine.settled();
  await engine.recommend({ limit: 8 });
  lines.push(`downloaded for a first personal list: ${downloaded()}`);
  const after: number[] = [];
  const again: number[] = [];
  const afterUsed: number[] = [];
  const againUsed: number[] = [];
  for (const id of chosen.slice(1)) {
    await engine.track('click', id, {});
    await engine.settled();
    await timed(() => engine.recommend({ limit: 8 }), after, afterUsed);
    for (let n = 0; n < REPEATS; n++) await timed(() => engine.recommend({ limit: 8 }), again, againUsed);
  }
  lines.push(
    `downloaded after ${CLICKS} choices in three topics: ${downloaded()}`,
    `memory with its history, more than before: ${mb(memory() - before)}`,
    `a list after a choice: ${spread(after)} (processor time ${spread(afterUsed)})`,
    `a list with nothing new: ${spread(again)} (processor time ${spread(againUsed)})`,
    ...failures.map((message) => `failed: ${message}`),
  );
  await engine.close();
  server.close();
  return lines;
}
