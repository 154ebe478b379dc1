import { createHash } from 'node:crypto';
import { type Meter, metered } from '../../shop/pipeline';
import { fileName, ignoringCase, openLists } from './folder-lists';
import { type CatalogRequest, openCatalog, stateOf } from './list-catalog';
import { type CardList, type CardSettings, cardMaker, csvRow, csvTitles, listHtml, listJson } from './list-files';
import { itemLists, type ListPlan, rankLists } from './rank-lists';
import { styleSheet } from './style-sheet';

export { LIST_PLACEMENTS, SUBJECTS } from './rank-lists';

export const FORMATS = ['json', 'html', 'csv'] as const;

/** Increases when the content of the files changes for the same input. */
const CONTENT = 3;

export interface ListsRequest extends CatalogRequest, ListPlan, CardSettings {
  out: string;
  formats: readonly (typeof FORMATS)[number][];
  meter: Meter;
}

export type ListsResult = Awaited<ReturnType<typeof writeLists>>;

/**
 * Writes the lists of a bundle that need no shopper. From the same bundle, offers, rules and options nothing is ranked; else
 * every list is, and the files that changed are written.
 * @returns also the number of files that are new or changed and their bytes, and the paths, without extensions, of lists that
 *   have the same file where case is ignored, if lists were ranked
 */
export async function writeLists(request: ListsRequest) {
  const { bundle, out, formats, meter, now, ...options } = request;
  const state = await stateOf(request);
  const input = createHash('sha256')
    .update(JSON.stringify([CONTENT, state, [...formats].sort(), Object.entries(options).sort()]))
    .digest('hex');
  const folder = await openLists(out);
  const known = folder.madeFrom(input);
  if (known) return { ...known, written: 0, bytes: 0, removed: 0, sameFile: [] };
  const catalog = await openCatalog(request);
  const { limit, standIns } = request;
  const cards = await cardMaker(catalog, request, limit);
  const tables = new Map<string, string[]>();
  const counts = new Set<number>();
  const paths = new Map<string, string>();
  const sameFile: [string, string][] = [];
  let lists = 0;
  await metered(meter, 'Lists', itemLists(catalog, request), async (advance) => {
    for await (const ranked of rankLists(catalog, request)) {
      const list = cards(ranked);
      lists++;
      counts.add(list.items.length);
      const path = pathOf(list);
      const other = paths.get(ignoringCase(path));
      if (other === undefined) paths.set(ignoringCase(path), path);
      else sameFile.push([other, path]);
      if (formats.includes('json')) folder.put(`${path}.json`, listJson(list));
      if (formats.includes('html')) folder.put(`${path}.html`, listHtml(list, catalog.lang));
      if (formats.includes('csv')) {
        const table = `${list.placement}/${fileName(list.per)}.csv`;
        const rows = tables.get(table) ?? [csvTitles(limit, standIns)];
        rows.push(csvRow(list, limit, standIns));
        tables.set(table, rows);
      }
      if (list.per === 'item') advance(1);
    }
  });
  for (const [path, rows] of tables) folder.put(path, `${rows.join('\r\n')}\r\n`);
  if (formats.includes('html')) folder.put('lists.css', styleSheet(counts));
  const items = catalog.index.items.length;
  const { files, removed } = folder.finish(input, { lists, items });
  return { lists, items, files, ...folder.changed, removed, sameFile };
}

const pathOf = ({ placement, per, of }: CardList): string =>
  per === 'shop' ? `${placement}/shop` : `${placement}/${fileName(per)}/${fileName(of)}`;
