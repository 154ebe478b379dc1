import { readFile } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';

/**
 * Reads a picture that a feed names.
 * @throws Error with the reason in words: outside the folder, missing, a folder
 */
export async function readPicture(folder: string, name: string): Promise<Uint8Array> {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name))
    throw new Error(`"${name}" is an address; give the file's name in --images`);
  const path = resolve(folder, name);
  // A feed is outside data: it must not be able to read other files of this machine into a bundle.
  if (relative(resolve(folder), path).split(sep)[0] === '..') throw new Error(`"${name}" is outside the image folder`);
  try {
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Error(`there is no file "${name}" in the image folder`, { cause: error });
    throw new Error(`"${name}" cannot be read (${String(code ?? error)})`, { cause: error });
  }
}
