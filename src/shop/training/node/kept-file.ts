import { readFile } from 'node:fs/promises';
import type { KeptBytes } from '../kept-bytes';
import { writeWhole } from './learned-file';

/** A file that a training keeps in a folder. */
export const keptFile = (path: string): KeptBytes => ({
  name: path,
  read: () => readFile(path).catch(() => null),
  write: (bytes) => writeWhole(path, bytes),
});
