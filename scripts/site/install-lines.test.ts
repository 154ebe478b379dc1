import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PUBLISHED } from '../../packages/cli/commands/shop-package';
import { installTexts, withInstallLines } from './install-lines';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Hosts of all packages of the registry. */
const PUBLIC_HOST = /\b(?:unpkg\.com|cdn\.jsdelivr\.net\/npm|esm\.sh|cdn\.skypack\.dev)\/sidestream\b/;
const FILE = '../sidestream/sidestream.tgz';
const unpublished = (text: string): string => withInstallLines(text, '1.2.3', false);
const published = (text: string): string => withInstallLines(text, '1.2.3', true);

describe('lines that install the package', () => {
  it('are in every document and example in their current form', async () => {
    const texts = await installTexts(root);
    expect(texts.filter(({ text, current }) => text !== current).map(({ path }) => path)).toEqual([]);
    const loading = texts.filter(({ text }) => PUBLIC_HOST.test(text)).map(({ path }) => path);
    expect(PUBLISHED ? [] : loading).toEqual([]);
  });

  it.each([
    ['npm i sidestream', `npm i ${FILE}`],
    ['npm install -D sidestream && npm i -D sharp', `npm install -D ${FILE} && npm i -D sharp`],
    ['run `npm i sidestream`, then', `run \`npm i ${FILE}\`, then`],
    ['pnpm add sidestream   # or', `pnpm add ${FILE}   # or`],
    ['npx --package sidestream sidestream init shop', `npx --package ${FILE} sidestream init shop`],
    ['"sidestream": "^1.2.3",', '"sidestream": "file:../../sidestream.tgz",'],
  ])('%s: use the name if it is published, otherwise the packed file', (named, packed) => {
    expect(unpublished(named)).toBe(packed);
    expect(published(packed)).toBe(named);
    expect(unpublished(packed)).toBe(packed);
  });

  it('leave other packages, and commands of the installed package, alone', () => {
    const text =
      'npm i sidestream-theme\nnpm i -D sharp\nnpx sidestream build a.csv\nnpm run sidestream -- init a\n"sidestream": "/s.js"';
    expect(unpublished(text)).toBe(text);
    expect(published(text)).toBe(text);
  });

  it('lose the explanation of the packed file once the package is published', () => {
    const text = `# A\n\n<!-- until published -->\n\nPack it.\n\n<!-- /until published -->\n\nnpm i ${FILE}\n`;
    expect(unpublished(text)).toBe(text);
    expect(published(text)).toBe('# A\n\nnpm i sidestream\n');
  });
});
