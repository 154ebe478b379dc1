import { readFileSync } from 'node:fs';

/** The shop's products, from the file that the bundle is built from. */
export const products: { id: string; title: string }[] = readFileSync('catalog.jsonl', 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line));

/** A list that `sidestream lists` wrote, as HTML. */
export const firstList = (path: string): string => readFileSync(`public/lists/${path}.html`, 'utf8');
