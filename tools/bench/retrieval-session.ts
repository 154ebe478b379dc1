import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBundle } from '../../src/core/catalog';
import { Engine } from '../../src/device/worker/engine';
import { folderFetch } from '../../src/shop/bundler/folder-bundle';
import { memoryInUse, type Timed, timed } from './timing';

const CLICKS = 15;
export const SHOPPERS = 8;
const REPEATS = 2;

const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** A folder behind a server that counts the bytes that it sends, uncompressed and with gzip; each file once, as browsers cache it. */
export async function countingServer(folder: string) {
  const sent = { raw: 0, gzip: 0, files: 0 };
  const known = new Set<string>();
  const server = createServer(async ({ url = '' }, response) => {
    const bytes = await readFile(join(folder, url.slice(1))).catch(() => null);
    if (bytes && !known.has(url)) {
      known.add(url);
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

/** Items of three topics, as a shopper with three interests chooses them. */
async function choices(folder: string, shopper: number): Promise<string[]> {
  const { items, clusters } = await openBundle(folderFetch(folder), undefined, { whole: false });
  const found: string[][] = [];
  for (let interest = 0; interest < 3; interest++) {
    const { id, category } = items[Math.floor(((3 * shopper + interest) * 0.618 * items.length) % items.length)];
    const [cluster] = (await clusters?.clustersWith(id)) ?? [];
    const near = clusters ? (await clusters.items(cluster)).items : items;
    found.push(near.filter((item) => item.category === category).map((item) => item.id));
  }
  return Array.from({ length: CLICKS }, (_, n) => found[n % 3][(7 * n) % found[n % 3].length]);
}

/** Costs of visits by shoppers who click on items of three topics. */
export interface SessionTimes {
  /** Downloads and memory of the first visit, in words. */
  lines: string[];
  /** Times of a list after a learned choice, and of a list without news, for all shoppers except the first. */
  after: Timed;
  again: Timed;
  /** Reported errors. */
  failures: string[];
}

/** Visits of shoppers who click on items of three topics. */
export async function sessionTimes(folder: string): Promise<SessionTimes> {
  const lines: string[] = [];
  const failures: string[] = [];
  const [after, again] = [timed(), timed()];
  // The first visit includes compilation; its times do not count.
  for (let shopper = 0; shopper <= SHOPPERS; shopper++) {
    const chosen = await choices(folder, shopper);
    const before = memoryInUse();
    const server = await countingServer(folder);
    const engine = await Engine.start(
      { bundle: server.address, consent: 'pending', namespace: 'bench', learning: true },
      { change: () => undefined, progress: () => undefined, error: ({ message }) => failures.push(message) },
    );
    const downloaded = (): string =>
      `${mb(server.sent.raw)} (${mb(server.sent.gzip)} with gzip) in ${server.sent.files} files`;
    const say = (line: string): void => {
      if (shopper === 0) lines.push(line);
    };
    await engine.recommend({ limit: 8 });
    say(`downloaded for a first list before anything is known: ${downloaded()}`);
    await engine.track('click', chosen[0], {});
    await engine.settled();
    await engine.recommend({ limit: 8 });
    say(`downloaded for a first personal list: ${downloaded()}`);
    const [first, more] = shopper === 0 ? [timed(), timed()] : [after, again];
    for (const id of chosen.slice(1)) {
      await engine.track('click', id, {});
      await engine.settled();
      await first.of(() => engine.recommend({ limit: 8 }));
      for (let n = 0; n < REPEATS; n++) await more.of(() => engine.recommend({ limit: 8 }));
    }
    say(`downloaded after ${CLICKS} choices in three topics: ${downloaded()}`);
    say(`additional memory with its history: ${mb(memoryInUse() - before)}`);
    await engine.close();
    server.close();
  }
  return { lines, after, again, failures };
}
