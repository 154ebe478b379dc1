import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readZip } from '../../apps/studio/files/zip';

/** Unpacks an archive into a folder. */
export async function unpackZip(path: string, folder: string): Promise<void> {
  const archive = new Blob([new Uint8Array(await readFile(path))]);
  for await (const inside of readZip(archive)) {
    await mkdir(dirname(join(folder, inside.path)), { recursive: true });
    await writeFile(join(folder, inside.path), new Uint8Array(await inside.file.arrayBuffer()));
  }
}
