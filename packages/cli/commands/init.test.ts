import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { initCommand } from './init';
import { SHOP_LANGUAGES, shopTexts } from './shop-texts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const GERMAN_SHOP = join(root, '../shared/data/shop-german/products_export.csv');
const PAGES = ['index.html', 'product.html', 'cart.html'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-init-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a shop without a bundle. @returns its folder, and the command's output */
const init = (name: string, ...args: string[]) => initAndBuild(name, ...args, '--no-build');

async function initAndBuild(name: string, ...args: string[]): Promise<{ shop: string; said: string }> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const shop = join(folder, name);
  try {
    await initCommand().parseAsync([shop, ...args], { from: 'user' });
  } finally {
    log.mockRestore();
  }
  return { shop, said: lines.join('\n') };
}

async function feed(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const read = (shop: string, ...path: string[]): Promise<string> => readFile(join(shop, ...path), 'utf8');

describe('sidestream init', () => {
  it('writes German pages for German products, in the currency of their prices', async () => {
    const products = [
      'k1,Steingut-Teekanne in Moosgrün,Handgedrehte Kanne mit einem Sieb aus Edelstahl für vier Tassen,38.00 CHF',
      'k2,Leinenschürze mit großer Tasche,Aus schwerem Leinen genäht und in der Maschine waschbar,29.00 CHF',
    ];
    const path = await feed('deutsch.csv', ['id,title,description,price', ...products].join('\n'));
    const { shop, said } = await init('deutsch', path);
    const index = await read(shop, 'index.html');
    expect(index).toContain('<html lang="de">');
    expect(index).toContain('<title>Mein Shop</title>');
    expect(index).toContain('Alle Produkte');
    expect(await read(shop, 'cart.html')).toContain('heading="Passt zu Ihrem Warenkorb"');
    expect(await read(shop, 'src', 'texts.js')).toContain('privacyChoices: "Datenschutz-Einstellungen"');
    expect(await read(shop, 'src', 'currency.js')).toContain("currency = 'CHF'");
    expect(said).not.toContain('because the feed names no currency');
  });

  it('writes German pages for a German export that says neither language nor currency', async ({ skip }) => {
    skip(!existsSync(GERMAN_SHOP), 'The German shop is not in the repository.');
    const { shop } = await init('shopify', GERMAN_SHOP);
    expect(await read(shop, 'product.html')).toContain('<html lang="de">');
    expect(await read(shop, 'src', 'currency.js')).toContain("currency = 'EUR'");
  });

  it('writes English pages without a feed, and asks for nothing more', async () => {
    const { shop, said } = await init('samples');
    expect(await read(shop, 'index.html')).toContain('<html lang="en">');
    expect(await read(shop, 'index.html')).toContain('All products');
    expect(said).not.toMatch(/Its (pages|products|prices)/);
  });

  it('says that the texts are English if the language of the products has no texts', async () => {
    const path = await feed('polski.csv', 'id,title\na,Filiżanka');
    const { shop, said } = await init('polski', path, '--lang', 'pl-PL');
    const index = await read(shop, 'index.html');
    expect(index).toContain('<html lang="pl-PL">');
    expect(index).toContain('All products');
    expect(said).toContain('Its products are in Polish (Poland), but the pages have no texts in that language');
  });

  it('says that a few letters do not determine the language', async () => {
    const { shop, said } = await init('few', await feed('few.csv', 'id,title\na,A'));
    expect(await read(shop, 'index.html')).toContain('<html lang="en">');
    expect(said).toContain('Its pages are in English, because the feed has too few texts to tell');
  });

  it.each(SHOP_LANGUAGES)('fills every placeholder of a page (%s)', async (language) => {
    const { shop } = await init(`page-${language}`, '--lang', language);
    const pages = await Promise.all(PAGES.map((page) => read(shop, page)));
    for (const page of pages) {
      expect(page).not.toContain('{{');
      expect(page).toContain(`<html lang="${language}"${language === 'ar' ? ' dir="rtl"' : ''}>`);
    }
    const texts: Record<string, string> = (await import(join(shop, 'src', 'texts.js'))).texts;
    expect(texts).toEqual(shopTexts(language));
    // The module has each text that the script writes.
    const script = await read(shop, 'src', 'shop.js');
    for (const [, name] of script.matchAll(/(?<!\/)\btexts\.(\w+)/g)) expect(texts).toHaveProperty(name);
  });

  it('depends on the file that its clone packs, while the package is not published', async () => {
    const { shop } = await init('clone');
    const { dependencies } = JSON.parse(await read(shop, 'package.json'));
    const [, path = ''] = /^file:(.*)$/.exec(dependencies.sidestream) ?? [];
    expect(join(shop, path)).toBe(join(root, 'sidestream.tgz'));
  });

  it('leaves the bundle to the shop where the packages that encode products are missing, as under npx', async () => {
    vi.doMock('onnxruntime-node', () => {
      throw new Error('is not installed');
    });
    try {
      const { shop, said } = await initAndBuild('by-npx');
      expect(said).toMatch(/npm install\n {2}npm run bundle\n {2}npm start/);
      expect(await readdir(join(shop, 'public'))).toEqual(['pictures']);
      const { optionalDependencies } = JSON.parse(await read(shop, 'package.json'));
      expect(Object.keys(optionalDependencies)).toEqual(['onnxruntime-node', 'sharp']);
      // The install script of onnxruntime-node fetches from a host that may not answer: npm would then leave the package out.
      expect(await read(shop, '.npmrc')).toContain('ignore-scripts=true');
    } finally {
      vi.doUnmock('onnxruntime-node');
    }
  });

  it('leaves a folder as it was if the build fails, so that the command can run again', async () => {
    const path = await feed('refused.csv', 'id,title,price\n,,-1\n');
    await expect(initAndBuild('refused', path)).rejects.toMatchObject({ code: 'catalog/empty' });
    expect(existsSync(join(folder, 'refused'))).toBe(false);
    const without = init('refused', path, '--images', join(folder, 'nowhere'));
    await expect(without).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    expect(existsSync(join(folder, 'refused'))).toBe(false);

    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine', 'README.md'), 'Sells what catalog.jsonl has.');
    const own = await feed('mine/catalog.jsonl', '{"id":"a","price":-1}\n');
    await expect(initAndBuild('mine', own)).rejects.toMatchObject({ code: 'catalog/empty' });
    expect(await readdir(join(folder, 'mine'))).toEqual(['README.md', 'catalog.jsonl']);
  });

  it('overwrites nothing: neither a README nor a catalogue that is not its feed', async () => {
    await mkdir(join(folder, 'kept'));
    await writeFile(join(folder, 'kept', 'README.md'), 'My shop');
    const own = await feed('kept/catalog.jsonl', '{"id":"a","title":"A teapot"}\n');
    await expect(init('kept')).rejects.toThrow(/is not empty \(catalog\.jsonl\)/);
    const { shop } = await init('kept', own);
    expect(await read(shop, 'README.md')).toBe('My shop');
    expect(await read(shop, 'catalog.jsonl')).toContain('A teapot');
  });
});
