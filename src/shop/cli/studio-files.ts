import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of the package that Studio's page reads. */
export interface StudioFolders {
  /** The page and its scripts; each file is compressed with brotli and has `.br` after its name. */
  page: string;
  /** The element's files, which a shop takes away. */
  element: string;
  /** The command line. */
  cli: string;
  models: string;
}

/** Folders that may have a file of the page already, so that the package has it once. */
export const TWIN_FOLDERS = ['element', 'cli'] as const;

/** Names under which another folder may have a file of the page: the page's build puts a digest behind the name. */
export function twinNames(path: string): string[] {
  const [, name] = /^\/assets\/([\w.-]+)$/.exec(path) ?? [];
  return name === undefined ? [] : [name, name.replace(/-[\w-]{8}(\.\w+)$/, '$1')];
}

/** Name of the list of the element's files. */
export const FILES_LIST = 'files.json';

/** The files in a folder of the element, as the page of Studio reads their list. */
export async function elementFiles(folder: string): Promise<{ file: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => name !== FILES_LIST).sort();
  return Promise.all(names.map(async (file) => ({ file, bytes: (await stat(join(folder, file))).size })));
}
