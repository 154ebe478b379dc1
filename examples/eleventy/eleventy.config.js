import { readFileSync } from 'node:fs';

/** Only these are pages: lists, notes and packages beside them are not. */
export const config = { dir: { input: 'pages' } };

/** @param {import('@11ty/eleventy').UserConfig} eleventy */
export default function (eleventy) {
  eleventy.addPassthroughCopy({ public: '/', 'node_modules/sidestream/lib/cdn': 'sidestream' });
  // The shop's products, from the file that the bundle is built from.
  eleventy.addGlobalData('products', () =>
    readFileSync('catalog.jsonl', 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line)),
  );
  // A list that `sidestream lists` wrote, as HTML.
  eleventy.addShortcode('firstList', (path) => readFileSync(`public/lists/${path}.html`, 'utf8'));
}
