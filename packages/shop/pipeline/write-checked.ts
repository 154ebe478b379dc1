import {
  type BundleContent,
  type BundleSink,
  type FetchFile,
  type Manifest,
  verifyBundle,
  type WriteBundleOptions,
  type WriteProgress,
  writeBundle,
} from '../../../src/core/catalog';
import { SidestreamError } from '../../../src/error';
import { type Meter, metered, progressTo } from './meter';

export interface BundlePlace {
  name: string;
  sink: BundleSink;
  fetch: FetchFile;
}

/** @throws SidestreamError `build/unreadable` when a page could not open the new bundle: the previous one then stays */
export async function writeChecked(
  content: BundleContent,
  place: BundlePlace,
  meter: Meter,
  options: Omit<WriteBundleOptions, 'onProgress' | 'verify'> = {},
): Promise<Manifest> {
  const progress = writeProgress(meter);
  return writeBundle(content, place.sink, {
    ...options,
    onProgress: progress.show,
    verify: checkedBundle(place, meter),
  }).finally(progress.end);
}

function writeProgress(meter: Meter): { show: WriteProgress; end(): void } {
  let shown: { step: string; to(items: number): void } | null = null;
  const end = (): void => {
    if (shown) meter.stop();
    shown = null;
  };
  return {
    end,
    show(step, items, total) {
      if (shown?.step !== step) {
        end();
        meter.start(step === 'group' ? 'Shards' : 'Write', total);
        shown = { step, to: progressTo((count) => meter.advance(count)) };
      }
      shown.to(items);
      if (items >= total) end();
    },
  };
}

/** Reads a bundle back as a browser does, as the `verify` of `writeBundle`. */
export const checkedBundle =
  ({ name, fetch }: Pick<BundlePlace, 'name' | 'fetch'>, meter: Meter) =>
  (manifest: Manifest): Promise<void> =>
    metered(meter, 'Check', manifest.count, async (advance) => {
      try {
        await verifyBundle(manifest, fetch, progressTo(advance));
      } catch (cause) {
        const { message } = SidestreamError.from(cause);
        const next = 'If the message names an item, correct or leave out that row of the feed; otherwise, build again.';
        throw new SidestreamError(
          'build/unreadable',
          `The new bundle was not put in place because a page could not open it; the content of ${name} is unchanged. ${next} ${message}`,
          { cause },
        );
      }
    });
