import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Large files that the package has once, although both the page's build and another one name them. */
export const SHARED_FILES: Readonly<Record<string, 'element' | 'cli'>> = {
  'ort-wasm-simd-threaded.asyncify.wasm': 'element',
  'tfjs-backend-wasm-simd.wasm': 'cli',
};

/** Name of the list of the element's files. */
export const FILES_LIST = 'files.json';

/** The files in a folder of the element, as the page of Studio reads their list. */
export async function elementFiles(folder: string): Promise<{ file: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => name !== FILES_LIST).sort();
  return Promise.all(names.map(async (file) => ({ file, bytes: (await stat(join(folder, file))).size })));
}
