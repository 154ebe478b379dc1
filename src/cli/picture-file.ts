import { readFile, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';

/** Whether a picture is named by its http(s) address. */
export const isAddress = (name: string): boolean => /^https?:\/\//i.test(name);

/**
 * Reads a picture that a feed names by its file.
 * @param maxBytes of the largest file accepted; default: any
 * @throws Error with the reason in words: outside the folder, missing, a folder, too large, an address
 */
export async function readPicture(
  folder: string,
  name: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name))
    throw new Error(`"${name}" is an address; give the file's name in --images`);
  const path = resolve(folder, name);
  // A feed is outside data: it must not be able to read other files of this machine into a bundle.
  if (relative(resolve(folder), path).split(sep)[0] === '..') throw new Error(`"${name}" is outside the image folder`);
  try {
    if ((await stat(path)).size > maxBytes) throw new Error(`"${name}" is larger than ${maxBytes / 1e6} MB`);
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Error(`there is no file "${name}" in the image folder`, { cause: error });
    if (code === undefined) throw error;
    throw new Error(`"${name}" cannot be read (${String(code)})`, { cause: error });
  }
}
