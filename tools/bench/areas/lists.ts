import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMATS, LIST_PLACEMENTS, type ListsResult, SUBJECTS, writeLists } from '../../../src/shop/lists';
import { type Area, type AreaResult, within } from '../kept';
import { benchBundle } from '../retrieval-bundle';

const ITEMS = 10_000;
/** The promise of the command. */
const MAX_SECONDS = 60;

export const area: Area = {
  title: 'Lists as files',
  async measure(say): Promise<AreaResult> {
    const { folder: bundle } = await benchBundle(ITEMS);
    const out = await mkdtemp(join(tmpdir(), 'sidestream-lists-'));
    const run = async (limit: number): Promise<ListsResult & { seconds: number }> => {
      const started = performance.now();
      const result = await writeLists({
        bundle,
        out,
        placements: LIST_PLACEMENTS,
        per: SUBJECTS,
        segments: ['attributes.brand'],
        formats: FORMATS,
        limit,
        standIns: 4,
        lang: 'en',
        market: undefined,
        now: Date.now(),
        meter: { start: say, advance: () => undefined, stop: () => undefined },
      });
      return { ...result, seconds: (performance.now() - started) / 1000 };
    };
    try {
      const first = await run(12);
      const again = await run(12);
      const files = `${first.lists} lists, ${first.files} files, ${(first.bytes / 1e6).toFixed(0)} MB`;
      return {
        bars: [within(`all lists of ${ITEMS} items`, MAX_SECONDS, first.seconds, 's', files)],
        figures: [
          { name: 'the same again', measured: `${again.written} files written, ${again.seconds.toFixed(2)} s` },
        ],
      };
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  },
};
