import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';

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
  // A feed is outside data: it must not be able to read other files of this machine into a bundle.
  const outside = new Error(`"${name}" is outside the image folder; put the picture into it`);
  if (namedOutside(folder, name)) throw outside;
  try {
    const path = await realpath(resolve(folder, name));
    if (leadsOut(await realpath(folder), path)) throw outside;
    if ((await stat(path)).size > maxBytes) throw new Error(`"${name}" is larger than ${maxBytes / 1e6} MB`);
    return await readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw new Error(`there is no file "${name}" in the image folder`, { cause: error });
    if (code === undefined) throw error;
    throw new Error(`"${name}" cannot be read (${String(code)})`, { cause: error });
  }
}

/**
 * Whether a name leads outside the folder on any system, as it is or with its percent signs decoded: a page uses the same
 * name as an address.
 */
function namedOutside(folder: string, name: string): boolean {
  const spelling = decoded(name);
  // A Windows drive, a network share or the root of a drive.
  if (/^([a-z]:|\\)/i.test(spelling)) return true;
  return leadsOut(resolve(folder), resolve(folder, spelling.replaceAll('\\', '/')));
}

/** A name with the characters that make up a path decoded, also where they were encoded more than once. */
function decoded(name: string): string {
  const signs: Record<string, string> = { '25': '%', '2e': '.', '2f': '/', '5c': '\\' };
  for (let before = name, after = ''; ; before = after) {
    after = before.replace(/%(25|2e|2f|5c)/gi, (_, code: string) => signs[code.toLowerCase()]);
    if (after === before) return after;
  }
}

function leadsOut(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] === '..' || isAbsolute(way);
}
