import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_BYTES } from './compare';
import { VIEWS } from './views';

const root = new URL('../../', import.meta.url);
const files = VIEWS.flatMap(({ picture }) => picture?.file ?? []);
/** README, manual and home page of the site, as one text. */
const manual = ['README.md', 'docs/.vitepress/home.md']
  .concat(readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`))
  .filter((path) => /\.(md|yaml)$/.test(path))
  .map((path) => readFileSync(new URL(path, root), 'utf8'))
  .join('\n');

it('have different names and sources that exist', () => {
  expect(new Set(VIEWS.map(({ name }) => name)).size).toBe(VIEWS.length);
  const sources = new Set(VIEWS.flatMap((view) => view.sources));
  for (const source of sources)
    expect(statSync(new URL(source, root), { throwIfNoEntry: false }), source).toBeDefined();
});

it.each(files)('%s is listed, small, and shown in the manual', (file) => {
  expect(Object.keys(JSON.parse(readFileSync(new URL('docs/pictures.json', root), 'utf8')))).toContain(file);
  expect(statSync(new URL(`docs/${file}`, root)).size).toBeLessThanOrEqual(MAX_BYTES);
  expect(manual).toContain(file);
});

it('leave no picture that no view makes', () => {
  const made = readdirSync(new URL('docs/pictures/', root)).map((name) => `pictures/${name}`);
  // `npm run frameworks -- woocommerce` takes these, because they need WordPress.
  const walked = made.filter((file) => file.startsWith('pictures/woocommerce'));
  for (const file of walked) expect(manual).toContain(file);
  expect(made.filter((file) => !files.includes(file) && !walked.includes(file))).toEqual([]);
});
