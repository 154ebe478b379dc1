import { FORMATS, LIST_PLACEMENTS, type ListsRequest, SUBJECTS, writeLists } from '../../packages/cli/lists';

/** Writes all lists of the demo as files, as `sidestream lists` does: eight products each, without the lists of shoppers. */
export const writeDemoLists = (out: string, more: Pick<ListsRequest, 'lang' | 'site'> & Partial<ListsRequest>) =>
  writeLists({
    bundle: 'dist/bundle',
    out,
    placements: LIST_PLACEMENTS,
    per: SUBJECTS,
    segments: [],
    formats: FORMATS,
    limit: 8,
    standIns: 0,
    market: undefined,
    hrefTemplate: '/product/{id}',
    now: Date.now(),
    meter: { start: () => undefined, advance: () => undefined, stop: () => undefined },
    ...more,
  });
