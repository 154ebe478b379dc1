import { catalogLanguage, collectRows, isFetched, singleCurrency } from '../../../packages/shop/pipeline';
import { describeRejectedRow, type Item } from '../../../src/core/catalog';
import { type FeedMapping, type FeedSource, feedRows, unpacked } from '../../../src/core/catalog/feed';
import { grouped } from '../../../src/core/common/grouped';
import { messageOf } from '../../../src/core/common/text';
import { DEFAULT_PRESETS } from '../../../src/core/encoders/web';
import { SidestreamError } from '../../../src/error';
import { bytesOf, gunzip } from '../files/gunzip';
import { studioFolder } from '../files/opfs';
import type { ProgressReporter } from '../progress';
import type { CatalogReport, DroppedFile } from '../session';

/** Number of products, and of refused rows, that a report shows. */
const [SHOWN_PRODUCTS, SHOWN_ROWS] = [12, 100];

/** A catalogue in memory. */
export type ReadCatalog = Awaited<ReturnType<typeof readCatalog>>;

/**
 * Reads the files of a catalogue with the readers of the command line.
 * @throws SidestreamError `catalog/empty` if no row is good; `catalog/unreadable`, `catalog/unknown-format`
 */
export async function readCatalog(files: readonly DroppedFile[], mapping: FeedMapping, progress: ProgressReporter) {
  progress.start(
    'Catalogue',
    files.reduce((sum, { file }) => sum + file.size, 0),
    0,
    'bytes',
  );
  const feed = await collectRows((observer) => feedRows(sources(files, progress), { ...observer, mapping }));
  if (feed.items.length === 0) {
    const first = feed.rejected[0] ? ` The first row refused: ${describeRejectedRow(feed.rejected[0])}.` : '';
    const names = files.map(({ path }) => path).join(', ');
    if (files.every(({ file }) => file.size === 0)) throw new SidestreamError('catalog/empty', `${names} is empty.`);
    throw new SidestreamError('catalog/empty', `${names} has no usable product.${first}`);
  }
  return { feed, mapping, language: await catalogLanguage({}, feed, DEFAULT_PRESETS.text) };
}

async function* sources(files: readonly DroppedFile[], progress: ProgressReporter): AsyncGenerator<FeedSource> {
  let done = 0;
  for (const { path, file } of files) {
    const bytes = bytesOf(file, (read) => progress.set(done + read));
    yield { file: path, bytes: readable(path, unpacked(bytes, gunzip)) };
    done += file.size;
  }
}

async function* readable(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    if (cause instanceof SidestreamError) throw cause;
    const message = `${path} cannot be read: ${messageOf(cause)}. Check that the file is whole, and drop it again.`;
    throw new SidestreamError('catalog/unreadable', message, { cause });
  }
}

export function catalogReport(files: readonly string[], { feed, mapping, language }: ReadCatalog): CatalogReport {
  const images = feed.items.flatMap(({ image }) => image ?? []);
  const picturesByAddress = images.filter(isFetched).length;
  return {
    files: [...files],
    products: feed.items.length,
    language: language.language ?? null,
    languageNote: language.unread,
    summary: feed.summary,
    mapping,
    currency: singleCurrency(feed.currencies) ?? null,
    withoutAddress: feed.items.filter(({ url }) => url === undefined).length,
    first: spread(feed.items).slice(0, SHOWN_PRODUCTS),
    refused: feed.rejected.slice(0, SHOWN_ROWS),
    refusedCount: feed.rejectedRows,
    picturesByFile: images.length - picturesByAddress,
    picturesByAddress,
  };
}

/** One product of each category, then another one of each, and so on: an export often begins with many of one category. */
function spread(items: readonly Item[]): Item[] {
  const shelves = [...grouped(items, ({ category }) => category).values()];
  return Array.from({ length: SHOWN_PRODUCTS }, (_, n) => shelves.flatMap((shelf) => shelf[n] ?? [])).flat();
}

/**
 * Keeps the files of a catalogue beside the previous ones, which stay until `dropOtherCatalogs`.
 * @returns the name of their folder
 * @throws SidestreamError `store/full`
 */
export async function keepCatalog(files: readonly DroppedFile[]): Promise<string> {
  const folder = await studioFolder('catalog');
  const own = crypto.randomUUID();
  // The number keeps their order.
  for (const [n, { path, file }] of files.entries())
    await folder.write(`${own}/${n}/${path.replaceAll(/[\\/]/g, '_')}`, new Uint8Array(await file.arrayBuffer()));
  return own;
}

/** Removes the files of all catalogues but one. @param own the name of its folder; null for none */
export async function dropOtherCatalogs(own: string | null): Promise<void> {
  const folder = await studioFolder('catalog');
  for (const name of await folder.names()) if (!name.startsWith(`${own}/`)) await folder.remove(name);
}

/** The kept files of a catalogue. @throws SidestreamError `catalog/unreadable` if the browser has deleted them */
export async function keptCatalog(own: string | null): Promise<DroppedFile[]> {
  const folder = await studioFolder('catalog');
  const kept: { n: number; path: string; file: File }[] = [];
  for (const name of await folder.names()) {
    const [top, n, ...path] = name.split('/');
    const file = top === own ? await folder.file(name) : null;
    if (file) kept.push({ n: Number(n), path: path.join('/'), file });
  }
  if (kept.length > 0) return kept.sort((a, b) => a.n - b.n);
  throw new SidestreamError('catalog/unreadable', 'The browser has deleted the catalogue. Drop its file again.');
}
