import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Neither tests nor the notice that packing leaves in `models` affect the build. */
const isAside = (path: string): boolean => /\.(test|fixture)\.ts$|NOTICE\.txt$/.test(path);

/** One digest of the contents of files and folders (recursively, in a fixed order). A missing path counts as empty. */
export async function digestOf(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await listFiles(path)) hash.update(`${file}\n`).update(await readFile(file));
  }
  return hash.digest('hex');
}

/** Files below a path, sorted; the path itself when it is a file. */
export async function listFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (info === null) return [];
  if (info.isFile()) return isAside(path) ? [] : [path];
  const names = (await readdir(path)).sort();
  return (await Promise.all(names.map((name) => listFiles(join(path, name))))).flat();
}

export async function isStamped(stamp: string, digest: string): Promise<boolean> {
  const [file] = await listFiles(stamp);
  return file !== undefined && (await readFile(file, 'utf8')).trim() === digest;
}

/** Records that `digest` was built. */
export async function writeStamp(stamp: string, digest: string): Promise<void> {
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, `${digest}\n`);
}
