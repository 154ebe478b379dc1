import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCommand } from './init';
import { plainAddress, plainName, scriptWord } from './shop-package';

const run = promisify(execFile);
/** A shell's interpretation of the words of an npm script. */
async function inShell(words: readonly string[]): Promise<string[]> {
  const command = `node -e "console.log(JSON.stringify(process.argv.slice(1)))" -- ${words.join(' ')}`;
  return JSON.parse((await run('sh', ['-c', command])).stdout);
}

const HOSTILE = [
  '$(touch ran).csv',
  '`touch ran`.csv',
  '%PATH%.csv',
  '-x.csv',
  '--out=ran.csv',
  'a"; touch ran; ".csv',
  "a'b.csv",
  'a\nb.csv',
  'a\\.csv',
  `$${'{HOME}'}.csv`,
  'a&b|c.csv',
  '!x.csv',
  '*.csv',
];

describe('the name of a copied file', () => {
  it.each(['feed.csv', 'my feed 2.csv.gz', 'Größe_1.xml', '商品.jsonl'])('is kept if it is plain: %s', (name) => {
    expect(plainName(name, 'feed', new Set())).toBe(name);
  });

  it.each(HOSTILE)('is replaced if a shell would interpret it: %j', (name) => {
    expect(plainName(name, 'feed', new Set())).toBe('feed.csv');
  });

  it('differs if the shop already has it, and each file gets its own', () => {
    const taken = new Set(['index.html']);
    const names = ['index.html', '$.csv.gz', '`.csv.gz', 'a.csv', 'a.csv', '$.$(x)'];
    expect(names.map((name) => plainName(name, 'feed', taken))).toEqual([
      ...['feed.html', 'feed.csv.gz', 'feed-2.csv.gz', 'a.csv', 'feed.csv', 'feed'],
    ]);
  });
});

it('words of a script stay unchanged for a shell, or are refused', async () => {
  const words = ['a b.csv', 'public/bundle', '/my%20photos/', "it's (1).csv", ''];
  expect(await inShell(words.map(scriptWord))).toEqual(words);
  for (const name of HOSTILE.filter((name) => /[$`%"\\\n|]/.test(name)))
    expect(() => scriptWord(name)).toThrow('Rename it');
});

it('any address is one word of a script, for the same page', async () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 30 });
  const addresses = fc.sample(fc.tuple(text, text), { numRuns: 60, seed: 7 }).flatMap(([path, query]) => {
    const address = `https://shop.example/${path}?q=${query}`;
    return URL.canParse(address) ? [plainAddress(address)] : [];
  });
  expect(addresses.length).toBeGreaterThan(50);
  expect(await inShell(addresses.map(scriptWord))).toEqual(addresses);
  const given = 'https://shop.example/feed?a=$(touch ran)&b=`x`&c=%PATH%&d=%20';
  expect(plainAddress(given)).not.toMatch(/[$`]|%(?![0-9A-F]{2})/);
  expect(new URL(plainAddress(given)).searchParams.get('a')).toBe('$(touch ran)');
});

describe('a shop from a feed with a hostile name', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('stores the feed under a plain name, says so, and runs nothing', async () => {
    const [name, mapping, pictures] = ['$(touch ran)`touch ran`"x.csv', 'map $HOME.json', '%PATH% pictures'];
    await writeFile(join(folder, name), 'id,title\na,Chair\n');
    await writeFile(join(folder, mapping), '{}');
    await mkdir(join(folder, pictures));
    await writeFile(join(folder, pictures, 'a.txt'), '');
    const shop = join(folder, 'shop');
    const options = ['--mapping', join(folder, mapping), '--images', join(folder, pictures), '--no-build'];
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await initCommand().parseAsync([shop, join(folder, name), ...options], { from: 'user' });
    const out = print.mock.calls.flat().join('\n');
    print.mockRestore();
    expect(out).toContain(`${JSON.stringify(name)} is copied as feed.csv`);
    expect(out).toContain('is copied as mapping.json');
    const { scripts } = JSON.parse(await readFile(join(shop, 'package.json'), 'utf8'));
    expect(scripts.bundle).not.toMatch(/[$`\\%]/);
    expect(scripts.bundle).toMatch(/^sidestream build feed\.csv .*--mapping mapping\.json .*--images public\/pictures/);
    await run('sh', ['-c', `true ${scripts.bundle}`], { cwd: shop });
    expect(await readdir(shop)).not.toContain('ran');
    expect(await readFile(join(shop, 'feed.csv'), 'utf8')).toContain('Chair');
    expect(await readFile(join(shop, 'README.md'), 'utf8')).toContain('`feed.csv`');
  });
});
