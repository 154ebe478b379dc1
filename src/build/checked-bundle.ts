import type { Manifest } from '../catalog';
import { verifyBundle } from '../catalog';
import { SidestreamError } from '../error';
import { folderFetch } from './folder-bundle';
import { type Meter, metered } from './meter';

/**
 * Reads a bundle in a folder back as a browser will, for `writeBundle` to call before the manifest takes its place.
 * @returns a function that rejects with `build/unreadable` when the bundle cannot be read
 */
export const checkedBundle =
  (folder: string, meter: Meter) =>
  (manifest: Manifest): Promise<void> =>
    metered(meter, 'Check', manifest.count, async (advance) => {
      let seen = 0;
      const onProgress = (items: number): void => {
        advance(items - seen);
        seen = items;
      };
      try {
        await verifyBundle(manifest, folderFetch(folder), onProgress);
      } catch (cause) {
        const { message } = SidestreamError.from(cause);
        const next = 'If it names an item, correct or leave out that row of the feed; else build again.';
        throw new SidestreamError(
          'build/unreadable',
          `The new bundle was not put in place, for a page could not open it; what was in ${folder} is as before. ${next} ${message}`,
          { cause },
        );
      }
    });
