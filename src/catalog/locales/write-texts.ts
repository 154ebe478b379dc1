import type { BundleFile } from '../bundle/manifest';
import type { PutFile } from '../clusters/write-clusters';
import type { ItemText } from './item-text';
import { encodeTextDirectory } from './text-directory';
import { encodeTexts } from './text-shard';

/** Rows of the items in each file of items: of the files that a page loads first, and of those of the clusters, if any. */
export interface TextPlaces {
  head: readonly (readonly number[])[];
  members?: readonly (readonly number[])[];
}

/**
 * Writes the texts of a catalogue in one more language, beside each file of items one of its texts, so that a page loads those
 * of the items that it has.
 * @param texts of each item
 * @returns the manifest's entry
 */
export async function writeTexts(
  texts: readonly (ItemText | null)[],
  { head, members }: TextPlaces,
  put: PutFile,
): Promise<{ files: BundleFile[]; clusters?: BundleFile }> {
  const write = async (parts: readonly (readonly number[])[]): Promise<BundleFile[]> => {
    const files: BundleFile[] = [];
    for (const rows of parts) files.push(await put('texts', 'json', encodeTexts(rows.map((row) => texts[row]))));
    return files;
  };
  const files = await write(head);
  if (!members) return { files };
  return { files, clusters: await put('texts', 'bin', encodeTextDirectory(await write(members))) };
}
