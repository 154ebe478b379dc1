import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderFetch } from '../../packages/cli/bundler';
import { openBundle, verifyBundle } from '../../src/core/catalog';
import { seededRandom } from '../../src/core/common/random';

/** Number of items: enough that writing and checking the bundle takes some time, in which the others can meet it. */
const ITEMS = 600;
/** Share of the builds that are killed. */
const KILLED_SHARE = 0.25;
/** Time of the last start of another command before the usual end of a build, and after it, ms. */
const AROUND_MS = 300;

interface Ended {
  name: string;
  code: number | null;
  err: string;
}

/**
 * Builds of a shop that overlap with `rules`, `offers` and `train --companions-only`, as processes. Afterwards the bundle must have
 * the catalogue of the build and what each of the others wrote, and every command must have succeeded. Some builds get SIGKILL: then
 * the old catalogue may stay, and the other commands must take over the lock.
 * @param command script of the command line
 * @param folder an empty one, for the shop
 * @returns losses and failures, in words
 */
export async function overlappingBuilds(
  { builds, seed, command, folder }: { builds: number; seed: number; command: string; folder: string },
  advance: () => void,
): Promise<string[]> {
  const shop = new Shop(command, folder);
  const random = seededRandom(seed);
  const found: string[] = [];
  // The second build has its features in the cache, as all others.
  for (const round of [0, 1]) await shop.alone('build', round);
  const lengths = new Map<Name, number>();
  for (const name of NAMES) lengths.set(name, await shop.alone(name, 1));
  const usual = (name: Name): number => lengths.get(name) ?? 0;
  for (let round = 2; round < builds + 2; round++) {
    // The others end at about the time at which the build does.
    const end = Math.max(...lengths.values());
    const starts = NAMES.map((name) => ({
      name,
      start: end - usual(name) + (name === 'build' ? 0 : (2 * random() - 1) * AROUND_MS),
    }));
    const killed = random() < KILLED_SHARE ? end - random() * AROUND_MS : null;
    const first = Math.min(...starts.map(({ start }) => start));
    const ended = await Promise.all(
      starts.map(async ({ name, start }) => {
        await sleep(start - first);
        return shop.run(name, round, name === 'build' && killed !== null ? killed - start : null);
      }),
    );
    found.push(...(await shop.judge(round, ended)).map((what) => `build ${round - 1}: ${what}`));
    advance();
  }
  return found;
}

const NAMES = ['build', 'rules', 'offers', 'train'] as const;
type Name = (typeof NAMES)[number];

class Shop {
  readonly #out: string;
  /** Round of the catalogue that the bundle must have, or may have after a kill. */
  #built = 0;
  /** Markets whose offers the bundle must name. */
  #markets = new Set<string>();

  constructor(
    private readonly command: string,
    private readonly folder: string,
  ) {
    this.#out = join(folder, 'bundle');
    mkdirSync(folder, { recursive: true });
    const events = Array.from(
      { length: 120 },
      (_, n) => `u${n % 12},item-${(n * 5 + (n % 7)) % 24},${1_700_000_000 + n * 60}`,
    );
    writeFileSync(join(folder, 'events.csv'), ['user,item,time', ...events].join('\n'));
  }

  /** Runs a command by itself. @returns how long it took, ms */
  async alone(name: Name, round: number): Promise<number> {
    const began = performance.now();
    const { code, err } = await this.run(name, round, null);
    if (code !== 0) throw new Error(`${name} fails without another command: ${err}`);
    if (name === 'build') this.#built = round;
    return performance.now() - began;
  }

  /** @param kill when to kill it, ms after its start; null for never */
  async run(name: Name, round: number, kill: number | null): Promise<Ended> {
    const child = spawn(process.execPath, [this.command, ...this.#words(name, round)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (kill !== null) setTimeout(() => child.kill('SIGKILL'), Math.max(0, kill)).unref();
    return { name, ...(await ended(child)) };
  }

  /** The arguments of a command; what it writes names the round. */
  #words(name: Name, round: number): string[] {
    const file = (ending: string): string => join(this.folder, `${name}-${round}.${ending}`);
    const out = ['--out', this.#out];
    if (name === 'build') {
      // The same items with another price: what `train` counts still fits.
      const rows = Array.from({ length: ITEMS }, (_, n) =>
        JSON.stringify({ id: `item-${n}`, title: `Cotton shirt ${n}`, price: round + 1 }),
      );
      writeFileSync(file('jsonl'), rows.join('\n'));
      // In parts, so that offers are divided like the items.
      return ['build', file('jsonl'), '--no-encoders', '--workers', '1', '--shards', '4', ...out];
    }
    if (name === 'rules') {
      writeFileSync(file('json'), JSON.stringify({ version: 1, rules: [{ name: `${round}`, diversity: 0.1 }] }));
      return ['rules', 'publish', file('json'), ...out];
    }
    if (name === 'offers') {
      writeFileSync(file('csv'), `id,price\nitem-0,${1000 + round}\n`);
      return ['offers', file('csv'), '--market', `m${round}`, '--currency', 'EUR', ...out];
    }
    return ['train', '--companions-only', '--bundle', this.#out, '--events', join(this.folder, 'events.csv'), ...out];
  }

  /** Losses and failures of a round. */
  async judge(round: number, all: readonly Ended[]): Promise<string[]> {
    const wrong: string[] = [];
    const codeOf = (name: Name): number | null | undefined => all.find((one) => one.name === name)?.code;
    for (const { name, code, err } of all) {
      if (name === 'build' && code === null) continue;
      // The bundle that it read is not the present one any more.
      if (name === 'train' && code === 1 && err.includes('bundle/invalid')) continue;
      if (code !== 0) wrong.push(`${name} ended with ${code}: ${err.trim().split('\n').at(-1)}`);
    }
    const fetch = folderFetch(this.#out);
    const { manifest, items } = await openBundle(fetch);
    const price = (items[0].price ?? 0) - 1;
    if (codeOf('build') === 0) {
      if (price !== round) wrong.push(`the bundle has the catalogue of build ${price - 1}`);
    } else if (price !== this.#built && price !== round)
      wrong.push(`the bundle has the catalogue of build ${price - 1}`);
    this.#built = price;
    if (!manifest.rules) wrong.push('the bundle names no rules');
    if (codeOf('offers') === 0) this.#markets.add(`m${round}`);
    const lost = [...this.#markets].filter((market) => !manifest.offers?.includes(market));
    if (lost.length > 0) wrong.push(`the bundle does not name the offers ${lost.join(', ')}`);
    this.#markets = new Set(manifest.offers);
    if (codeOf('train') === 0 && !manifest.companions) wrong.push('the bundle has no co-occurrence');
    await verifyBundle(manifest, fetch).catch((error: Error) => wrong.push(error.message));
    const names = await readdir(this.#out);
    const left = names.filter((name) => /\.(part|lock|taken)$/.test(name));
    if (codeOf('build') === 0 && left.length > 0) wrong.push(`left in the bundle: ${left.join(', ')}`);
    return wrong;
  }
}

function ended(child: ChildProcess): Promise<Omit<Ended, 'name'>> {
  let err = '';
  child.stderr?.on('data', (data) => {
    err += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, err }));
  });
}
