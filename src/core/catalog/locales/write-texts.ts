import type { BundleFile } from '../bundle/manifest';
import { encodeFileDirectory } from '../clusters/file-directory';
import type { ItemPlaces } from '../clusters/item-places';
import type { PutFile } from '../clusters/write-clusters';
import type { ItemText } from './item-text';
import { encodeTexts } from './text-shard';

/**
 * Writes the texts of a catalogue in one more language, one file for each items file: a page loads only the texts of its
 * loaded items.
 * @param texts of each item
 * @returns the manifest's entry
 */
export async function writeTexts(
  texts: readonly (ItemText | null)[],
  { head, members }: ItemPlaces,
  put: PutFile,
): Promise<{ files: BundleFile[]; clusters?: BundleFile }> {
  const write = async (parts: readonly (readonly number[])[]): Promise<BundleFile[]> => {
    const files: BundleFile[] = [];
    for (const rows of parts) files.push(await put('texts', 'json', encodeTexts(rows.map((row) => texts[row]))));
    return files;
  };
  const files = await write(head);
  if (!members) return { files };
  return { files, clusters: await put('texts', 'bin', encodeFileDirectory(await write(members))) };
}
