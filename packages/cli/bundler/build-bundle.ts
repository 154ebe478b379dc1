import { availableParallelism } from 'node:os';
import {
  type BundleContent,
  type CooccurrenceTable,
  describeRejectedRow,
  type Item,
  inventory,
  itemText,
  type Manifest,
  type TextRecipe,
} from '../../../src/core/catalog';
import { type Products, productsOf } from '../../../src/core/catalog/variants';
import { counted } from '../../../src/core/common/text';
import { DEFAULT_PRESETS, type EncoderFiles, type ImagePreset, type TextPreset } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { requireFolder, requireRoom } from '../../encoders/folders';
import { readEncoder } from '../../encoders/hub';
import { nodeRuntime } from '../../encoders/node';
import {
  buildContent,
  type CatalogLanguage,
  type CollectedFeed,
  catalogLanguage,
  DIM,
  type Meter,
  type RejectedRows,
  sharedInput,
  singleCurrency,
  writeChecked,
} from '../../shop/pipeline';
import { feedLinks, fileCooccurrence } from './build-cooccurrence';
import { buildFolder, cacheFolder, readFitted, withCache, writeFitted } from './build-folder';
import { folderFetch, folderSink, removeStale, requireOwnFolder, withBundle } from './folder-bundle';
import { keepModels } from './kept-models';
import { type LocaleFeed, type LocaleFeeds, readLocales } from './locales';
import { keptOffers } from './offers';
import { createPictures, type PictureOptions, stalePictures, unreadPictures, withImage } from './pictures';
import { carriedOver, keptProjections, type PreviousBundle, previousBundle, requireKept } from './previous-bundle';
import { localRunner } from './process-pool';
import { queueRunner } from './queue';
import { collectFeed, type ReadFeedOptions, RejectedRowsFile, strictError } from './read-feed';
import { keepsRules } from './rules';

/** Number of texts and pictures from which a further process saves more time than it takes to start. */
const INPUTS_PER_PROCESS = 64;

export interface BuildRequest {
  catalog: string | readonly string[];
  feed?: Pick<ReadFeedOptions, 'mapping' | 'strict'>;
  /** Folder of the pictures that are named by file; without it, only pictures named by address are encoded. */
  images?: string;
  pictures?: Omit<PictureOptions, 'folder' | 'base'>;
  out: string;
  /** Prefix of every picture's name. */
  imageBase: string;
  text: TextRecipe;
  /** Folder of the encoders' built files. */
  models: string;
  /** The encoders. Default: the package's encoders. */
  presets?: { text: TextPreset; image: ImagePreset };
  /** Whether the bundle gets a copy of the encoders. */
  encoders: boolean;
  /** Files of links and of orders, for the placement `complement`. */
  links?: string;
  orders?: string;
  /** Number of orders from which reasons state how many have both products. Default 10; fewer than 3 count as 3. */
  minOrders?: number;
  /** Folder of the encoded features, which later builds reuse. Default: next to the bundle, `<out>.build`. */
  cache?: string;
  /** Number of encoding processes. Default: the number of cores. */
  workers?: number;
  /** Address of a Redis server whose workers encode instead of this machine. */
  queue?: string;
  /** Whether to fit the projections again instead of keeping the previous bundle's projections. Default false. */
  refit?: boolean;
  /** Whether pages load all items at once. Default: if they have at most 400 kB, compressed. */
  whole?: boolean;
  /** Target number of items in a shard. If given, pages load only the shards that they need. Default: 128. */
  shards?: number;
  /** Whether more than half of the bundle's items may go. Default false. */
  allowShrink?: boolean;
  /** Language tag of the catalogue. Default: the language that its feed states, otherwise the one detected from its words. */
  lang?: string;
  locales?: readonly LocaleFeed[];
  /** Currency of the prices, as a code. Default: the feed's, if it has only one. */
  currency?: string;
  /** Receives what the user should see before the build ends, which may take long: notes, and a run that is waited for. */
  warn?: (line: string) => void;
  rejectedFile?: string;
  meter: Meter;
}

/**
 * Builds a bundle from a feed. Nothing is encoded twice, whether by a build that continues an interrupted one or by the next one.
 * The same feed gives the same bytes, whatever the number of workers; in the folder of an older bundle, its projections and
 * trained models are kept if they fit.
 * @throws SidestreamError `runtime/invalid-input` if a path is not a folder; errors of `readFeed`; `catalog/empty` if no
 *   row is good; `catalog/shrunk` if more than half of the bundle's items are missing; with `strict`, `catalog/refused` if a picture cannot be read; `encoder/missing` if the encoders have not
 *   been prepared; `build/worker-lost`, `build/queue`, `build/no-engine`; `build/unreadable` if a page
 *   could not open the new bundle: the previous one then stays
 */
export async function buildBundle(request: BuildRequest) {
  // Reports a mistyped path before anything is read.
  if (request.images !== undefined) await requireFolder('--images', request.images);
  await requireRoom('--out', request.out);
  await requireOwnFolder('--out', request.out);
  if (request.cache !== undefined) await requireRoom('--cache', request.cache);
  const collected = new RejectedRowsFile(request.rejectedFile);
  try {
    return await buildFeed(request, collected);
  } finally {
    collected.close();
  }
}

async function buildFeed(request: BuildRequest, collected: RejectedRows) {
  const catalog = [request.catalog].flat();
  const feed = await collectFeed(catalog, request.feed, collected);
  if (feed.items.length === 0) {
    const first = feed.rejected[0] ? ` The first row refused: ${describeRejectedRow(feed.rejected[0])}.` : '';
    const hidden = feed.unpublished > 0 ? ` Left out as not published: ${counted(feed.unpublished, 'product')}.` : '';
    throw new SidestreamError(
      'catalog/empty',
      `${catalog.join(', ')} has no usable product, so nothing was built.${hidden}${first}`,
    );
  }
  const cache = request.cache ?? buildFolder(request.out);
  return withCache(cache, request.warn, () => buildItems({ ...request, cache }, feed, collected));
}

/** Data shared by the steps of a build. */
interface Build {
  request: BuildRequest & { cache: string };
  feed: CollectedFeed;
  presets: { text: TextPreset; image: ImagePreset };
  products: Products;
  collected: RejectedRows;
  notes: string[];
}

async function buildItems(request: Build['request'], feed: CollectedFeed, collected: RejectedRows) {
  const { items } = feed;
  const { out, text, models } = request;
  const presets = request.presets ?? DEFAULT_PRESETS;
  // Reports a bad file before the encoding.
  const products = productsOf(items);
  const { links, orders, minOrders } = request;
  const given = links !== undefined || orders !== undefined;
  const inFeed = feedLinks(feed);
  const cooccurrence =
    given || inFeed.length > 0 ? await fileCooccurrence({ links, orders, minOrders, inFeed }, products) : null;
  const digests = { text: presets.text.digest, image: presets.image.digest };
  const files = { text: await readEncoder(presets.text, models), image: await readEncoder(presets.image, models) };
  const notes = unreadPictures(items, request.images);
  const inLanguage = await catalogLanguage(request, feed, presets.text);
  const { language, warning } = inLanguage;
  if (warning) request.warn?.(warning);
  const inLanguages = await readLocales({
    feeds: request.locales ?? [],
    main: feed,
    language,
    options: request.feed,
    rejected: collected,
    from: items.length + feed.rejectedRows + feed.unpublished,
    placed: (item) => withImage(item, request, true),
  });
  notes.push(...inLanguages.notes);
  if (feed.currencies.size > 1 && request.currency === undefined)
    notes.push(
      `The prices are in ${[...feed.currencies].sort().join(', ')}, so lists show them without a currency. Build from the feed of one currency, and write the others with \`sidestream offers --market\`.`,
    );
  const recipe = { text, dim: DIM, digests };
  const before = await previousBundle(out, recipe, () => undefined);
  if (before && !request.allowShrink)
    requireKept(before, feed, { out, catalog: [request.catalog].flat().join(', '), most: collected.groups.most });
  const build: Build = { request, feed, presets, products, collected, notes };
  const { bundle, rejectedPictures, ...counts } = await encodeFeed(build, before, files, inLanguages, inLanguage);
  const write = async () => {
    // It may have changed while this build was encoding.
    const previous = await previousBundle(out, recipe, (line) => notes.push(line), before);
    const used = given || !knowsOrders(previous) ? cooccurrence : null;
    const manifest = await writeBuilt(build, previous, bundle, inLanguages, used?.table);
    notes.push(...(used?.notes ?? []));
    if (previous) notes.push(...carriedOver(previous, manifest, items));
    return {
      manifest,
      bytes: (await inventory(manifest, folderFetch(out))).reduce((sum, file) => sum + file.bytes, 0),
    };
  };
  const { manifest, bytes } = await withBundle(out, write, request.warn);
  return {
    items: items.length,
    ...counts,
    bytes,
    refusals: collected.groups.lines,
    rejectedCount: collected.count,
    summary: [...feed.summary, ...inLanguages.summary],
    rejectedRows: feed.rejectedRows + inLanguages.rejectedRows,
    rejectedPictures,
    notes,
    manifest,
  };
}

async function encodeFeed(
  { request, feed, presets, products, collected, notes }: Build,
  previous: PreviousBundle | null,
  files: { text: EncoderFiles; image: EncoderFiles },
  { locales }: LocaleFeeds,
  language: CatalogLanguage,
) {
  const { items, places } = feed;
  const { text, images, models, cache, meter } = request;
  const pictures = createPictures({ ...request.pictures, folder: images, base: request.imageBase });
  const pictureRows = items.flatMap(({ image }, row) => (image && pictures.reachable(image) ? [row] : []));
  const known = await readFitted(cache);
  const distinct = {
    text: distinctInputs(items, (item) => itemText(item, text)),
    image: distinctInputs(
      pictureRows.map((row) => items[row]),
      ({ image }) => image ?? '',
    ),
  };
  const fixed = previous && !request.refit ? await keptProjections(previous, distinct, (digest) => known[digest]) : {};
  const source = { presets, models };
  const { queue, workers = availableParallelism() } = request;
  const processes = Math.min(workers, Math.ceil((items.length + pictureRows.length) / INPUTS_PER_PROCESS));
  const runner = queue === undefined ? localRunner(source, processes) : await queueRunner(queue, source);
  const reads = language.warning === null;
  const built = await buildContent({
    items,
    products,
    text,
    currency: request.currency ?? singleCurrency(feed.currencies),
    language,
    locales,
    readPicture: pictures.read,
    pictureRows,
    placed: (item, readable) => withImage(item, request, readable),
    rejectPicture(row, reason) {
      const { at, ...place } = places[row];
      const rejected = { ...place, id: items[row].id, field: 'image', reason };
      if (request.feed?.strict) throw strictError(rejected);
      collected.add(at, rejected);
    },
    presets,
    files: request.encoders ? files : null,
    runner,
    runtime: await nodeRuntime(),
    fixed,
    lexical: fixed.text && (previous?.projections.lexical ?? (reads ? null : undefined)),
    cache: cacheFolder(cache),
    meter,
  }).finally(() => runner.close());
  notes.push(...stalePictures(pictures.stale), ...built.notes);
  await writeFitted(cache, { ...known, ...built.fitted });
  return { ...built, withoutPicture: items.length - pictureRows.length + built.rejectedPictures };
}

/** Replaces the present bundle. */
async function writeBuilt(
  { request, products, notes }: Build,
  previous: PreviousBundle | null,
  bundle: BundleContent,
  { markets }: LocaleFeeds,
  cooccurrence: CooccurrenceTable | undefined,
): Promise<Manifest> {
  const { out, meter } = request;
  const say = (line: string) => notes.push(line);
  const made = new Map(markets.map(({ market, ...offers }) => [market, offers]));
  const offers = new Map([...made, ...(previous ? await keptOffers(out, say, made) : [])]);
  const rules = previous && (await keepsRules(previous.manifest, out, say));
  const before = previous?.manifest.offers?.filter((market) => offers.has(market));
  const mutable = { offers: before?.length ? before : undefined, rules: rules || undefined };
  const sink = await folderSink(out);
  const manifest = await writeChecked(bundle, { name: out, sink, fetch: folderFetch(out) }, meter, {
    previous: previous ? { ...previous, manifest: { ...previous.manifest, ...mutable } } : undefined,
    offers,
    ...(request.whole ? { whole: true } : {}),
    ...(request.shards ? { whole: false, shardItems: request.shards } : {}),
    ...(cooccurrence ? { learned: products.spread({ cooccurrence }) } : {}),
  });
  const whole = previous ? await keepModels(manifest, previous.manifest, out, say) : manifest;
  await removeStale(out, whole, ...(previous ? [previous.manifest] : []));
  return whole;
}

/** Number of inputs of a modality; inputs shared by variants of one product count once. */
function distinctInputs(items: readonly Item[], inputOf: (item: Item) => string): number {
  const keys = items.map((item) => sharedInput(item, inputOf(item)));
  const shared = keys.filter((key) => key !== undefined);
  return keys.length - shared.length + new Set(shared).size;
}

/** Whether the previous bundle knows from a log or from orders what is bought together, which is worth more than links of a feed. */
function knowsOrders(previous: PreviousBundle | null): boolean {
  const { companions } = previous?.manifest ?? {};
  return companions !== undefined && (companions.origin !== 'shop' || companions.support !== undefined);
}
