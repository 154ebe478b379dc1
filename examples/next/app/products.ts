import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Product {
  id: string;
  title: string;
  price?: number;
  image?: string;
}

/** The shop's products, from the file that the bundle is built from. */
export const products: Product[] = readFileSync(join(process.cwd(), 'catalog.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line));
