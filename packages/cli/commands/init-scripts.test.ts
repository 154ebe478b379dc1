import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCommand } from './init';
import { plainAddress, scriptWord } from './shop-package';

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

describe('a shop from a feed with an unusual name', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(['$(touch ran)`touch ran`"x.csv', '-x.csv', 'index.html'])(
    'is not written, and runs nothing: %s',
    async (name) => {
      await writeFile(join(folder, name), 'id,title\na,Chair\n');
      const shop = join(folder, 'shop');
      const written = initCommand().parseAsync(['--no-build', '--', shop, join(folder, name)], { from: 'user' });
      await expect(written).rejects.toThrow('Rename it');
      expect(await readdir(folder)).not.toContain('shop');
    },
  );

  it('copies feed, mapping and pictures under their names', async () => {
    const [name, mapping, pictures] = ['my feed 2.csv', 'Größe_1.json', "it's photos"];
    await writeFile(join(folder, name), 'id,title\na,Chair\n');
    await writeFile(join(folder, mapping), '{}');
    await mkdir(join(folder, pictures));
    const shop = join(folder, 'shop');
    const options = ['--mapping', join(folder, mapping), '--images', join(folder, pictures), '--no-build'];
    const print = vi.spyOn(console, 'log').mockImplementation(() => {});
    await initCommand().parseAsync([shop, join(folder, name), ...options], { from: 'user' });
    print.mockRestore();
    const { scripts } = JSON.parse(await readFile(join(shop, 'package.json'), 'utf8'));
    expect(scripts.bundle).toMatch(
      /^sidestream build "my feed 2\.csv" .*--mapping "Größe_1\.json" .*--images "public\/it's photos"/,
    );
    await run('sh', ['-c', `true ${scripts.bundle}`], { cwd: shop });
    expect(await readFile(join(shop, 'my feed 2.csv'), 'utf8')).toContain('Chair');
    expect(await readFile(join(shop, 'README.md'), 'utf8')).toContain('`my feed 2.csv`');
  });
});
