import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import type { OutputChunk } from 'rolldown';

const compress = promisify(brotliCompress);

/** Bytes of some files with brotli, as a host serves them. */
export interface Size {
  name: string;
  files: string[];
  bytes: number;
  /** Target size in bytes; see `isWithinBudget`. */
  budget: number;
}

/** Range of sizes around a budget: a feature may cost a little, and a much smaller file deserves a smaller budget. */
const [MIN_SHARE, MAX_SHARE] = [0.75, 1.1];

export const isWithinBudget = ({ bytes, budget }: Pick<Size, 'bytes' | 'budget'>): boolean =>
  bytes >= MIN_SHARE * budget && bytes <= MAX_SHARE * budget;

/**
 * @returns sizes of the files that a page and its worker load for the first list, with and without the store, and of the
 * question for consent
 */
export async function measure(folder: string, chunks: OutputChunk[]): Promise<Size[]> {
  const page = reach(chunks, 'sidestream.js', false);
  const first = reach(chunks, 'worker.js', false);
  const store = chunks
    .filter(({ name }) => name === 'store' || name === 'profile')
    .flatMap(({ fileName }) => reach(chunks, fileName, false));
  return [
    await sizeOf('page: facade and element', folder, page, 22_500),
    await sizeOf('question for consent', folder, reach(chunks, 'consent.js', true), 2_500),
    await sizeOf('worker, first list', folder, first, 46_000),
    await sizeOf('worker with the store on the device', folder, [...new Set([...first, ...store])], 55_000),
  ];
}

/**
 * Scripts that one script loads.
 * @param late also scripts that it loads on demand
 * @returns file names
 */
export function reach(chunks: OutputChunk[], start: string, late: boolean): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.find(({ fileName }) => fileName === name);
    if (!chunk || found.has(name)) return;
    found.add(name);
    for (const next of [...chunk.imports, ...(late ? chunk.dynamicImports : [])]) visit(next);
  };
  visit(start);
  return [...found];
}

async function sizeOf(name: string, folder: string, files: string[], budget: number): Promise<Size> {
  const sizes = files.map(async (file) => (await compress(await readFile(join(folder, file)))).length);
  return { name, files, bytes: (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0), budget };
}
