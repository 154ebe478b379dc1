import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMATS, LIST_PLACEMENTS, type ListsResult, SUBJECTS, writeLists } from '../../../packages/cli/lists';
import { benchBundle } from '../catalogs';
import { type Area, type AreaResult, within } from '../kept';
import { timed } from '../timing';

const ITEMS = 10_000;
/** The promise of the command. */
const MAX_SECONDS = 60;

export const area: Area = {
  title: 'Lists as files',
  async measure(say): Promise<AreaResult> {
    const bundle = await benchBundle(ITEMS);
    const out = await mkdtemp(join(tmpdir(), 'sidestream-lists-'));
    const run = (): Promise<ListsResult> =>
      writeLists({
        bundle,
        out,
        placements: LIST_PLACEMENTS,
        per: SUBJECTS,
        segments: ['attributes.brand'],
        formats: FORMATS,
        limit: 12,
        standIns: 4,
        lang: 'en',
        market: undefined,
        now: Date.now(),
        meter: { start: say, advance: () => undefined, stop: () => undefined },
      });
    const results: ListsResult[] = [];
    const [first, again] = [timed(), timed()];
    try {
      for (const times of [first, again]) await times.of(async () => results.push(await run()));
    } finally {
      await rm(out, { recursive: true, force: true });
    }
    const [made, same] = results;
    const files = `${made.lists} lists, ${made.files} files, ${(made.bytes / 1e6).toFixed(0)} MB; wall clock ${(first.wall[0] / 1000).toFixed(0)} s`;
    return {
      bars: [within(`all lists of ${ITEMS} items`, MAX_SECONDS, first.work[0] / 1000, 's', files)],
      figures: [
        { name: 'the same again', measured: `${same.written} files written, ${(again.wall[0] / 1000).toFixed(2)} s` },
      ],
    };
  },
};
