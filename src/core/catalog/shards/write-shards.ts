import { joinBytes, littleEndian, sha256 } from '../../common/bytes';
import type { Learned } from '../bundle/bundle';
import { compressed, encodeRows, isCompressed } from '../bundle/bundle-file';
import { type BundleFile, type BundleSink, LISTED_FILES, type Manifest, offersFile } from '../bundle/manifest-schema';
import { type Demand, decodeDemand, demandSums, encodeDemand, pickDemand, withPopularity } from '../demand';
import { type ContentBlend, contentVectors, encodeFeatureRows, type FeatureTable } from '../features/feature-table';
import type { Item } from '../item';
import { type ItemText, shownItem } from '../locales';
import { encodeOffers, encodeShardOffers, type MarketOffers } from '../offers';
import { pickSideModel, type SideModel, type SideRows } from '../side-model/side-model';
import { decodeSideRows, encodeSideRows } from '../side-model/side-model-file';
import { productStatistics, variantGroups } from '../variants/variant-groups';
import { companionsOf, referencesTo } from './companions';
import { directoryShape, encodeFileList, encodeNode, meanOf, type NodeShape } from './directory';
import { headRows } from './head';
import { encodeIdBuckets } from './id-index';
import { encodeHead, encodeShard, type SectionBytes, type Shard } from './shard-file';
import { type PreviousShards, planShards } from './shard-plan';
import { spaceOf } from './shard-space';
import { TermBuilder, type TermItem } from './term-builder';

/** Target number of items in a shard: a page loads dozens, in few requests, and a request for one tells little about a shopper. */
export const SHARD_ITEMS = 128;
/** Target size of the head, compressed bytes: it is the first list of every new shopper, and must arrive at once. */
const HEAD_BYTES = 48_000;
/** Maximum number of its items, and fewest that it has whatever their size. */
const HEAD_ITEMS = 256;
const MIN_HEAD_ITEMS = 64;
/** Compressed size of the shards up to which a page loads the whole bundle, bytes: its requests then tell nothing about the shopper. */
const WHOLE_BYTES = 400_000;

/** Stores one file under a name that follows from its bytes. */
export type PutFile = (stem: string, extension: string, bytes: Uint8Array) => Promise<BundleFile>;

/**
 * Writes files under names that contain their digests, compressed if pages expect that.
 * @param known stored bytes of files that are there already
 * @param onStored gets the stored bytes
 */
export const putInto =
  (sink: BundleSink, known?: ReadonlyMap<string, number>, onStored?: (bytes: number) => void): PutFile =>
  async (stem, extension, bytes) => {
    const digest = await sha256(bytes);
    const file = `${stem}-${digest.slice(0, 16)}.${extension}`;
    let size = known?.get(file);
    if (size === undefined) {
      const stored = isCompressed(file) ? new Uint8Array(await compressed(bytes)) : bytes;
      size = stored.byteLength;
      await sink(file, stored);
    }
    onStored?.(size);
    return { file, sha256: digest, bytes: bytes.byteLength };
  };

/** The texts of each item in one more language. */
export interface ShardTexts {
  /** Market whose offers pages in this language use if they name no market. */
  market?: string;
  /** In the order of the items; null shows the item in its own language. */
  texts: readonly (ItemText | null)[];
}

/** A catalogue in the order of its feed. */
export interface ShardContent {
  items: Item[];
  /** The content tap of each modality, of the items at some rows. */
  featuresOf: (rows: readonly number[]) => FeatureTable;
  blend: ContentBlend;
  positions: Uint32Array;
  /** The rest of the pictures' taps; null without pictures. */
  photosOf: ((rows: readonly number[]) => FeatureTable) | null;
  /** Other languages, by tag. */
  texts: ReadonlyMap<string, ShardTexts>;
  learned: Learned;
  /** Offers to write, by market; they are divided like the items. */
  offers: ReadonlyMap<string, MarketOffers>;
  /** The shards that these replace, made in the same space. */
  previous: PreviousShards | null;
}

/**
 * Called as items are processed.
 * @param step `group`: items are assigned to shards; `write`: their files are written
 * @param items processed in this step, of `total`
 */
export type WriteProgress = (step: 'group' | 'write', items: number, total: number) => void;

export interface ShardOptions {
  /** Target number of items in a shard; the maximum is twice as many. Default: 128. */
  shardItems?: number;
  /** Whether pages load all shards. Default: if they have at most 400 kB, compressed. */
  whole?: boolean;
  onProgress?: WriteProgress;
}

/** Writes shards, directory, head and indexes of a catalogue. @returns what the manifest says of them and of trained data */
export async function writeShards(content: ShardContent, sink: BundleSink, options: ShardOptions) {
  const { items, featuresOf, blend, positions, photosOf, texts, learned, previous } = content;
  const put = putInto(sink, previous?.stored);
  const { onProgress } = options;
  const model = learned.side?.model ?? null;
  const space = () =>
    spaceOf(
      items,
      (rows) => contentVectors(featuresOf(rows), blend),
      model,
      (rows) => onProgress?.('group', Math.floor(rows / 2), items.length),
    );
  const target = options.shardItems ?? SHARD_ITEMS;
  const members = planShards(items, space, target, previous);
  onProgress?.('group', items.length, items.length);
  const references = referencesTo(items, members);
  const demand = learned.demand && storedDemand(learned.demand, members);
  const popular = withPopularity(items, demand);
  const groups = variantGroups(popular);
  const statistics = productStatistics(popular, groups);
  const { mean } = statistics.popularity;
  // As pages compute it, see `catalogIndex`.
  const logPopularity = Float32Array.from(
    popular,
    ({ popularity }, row) =>
      Math.log(((groups ? groups.popularity[row] : popularity) ?? mean) + 1) - Math.log(mean + 1),
  );
  const shardOf = (rows: readonly number[]): Shard => ({
    items: rows.map((row) => items[row]),
    positions: Uint32Array.from(rows, (row) => positions[row]),
    features: featuresOf(rows),
    ...(model && { side: storedSide(model, rows) }),
    ...(demand && { demand: pickDemand(demand, rows) }),
    ...(learned.cooccurrence && { companions: companionsOf(learned.cooccurrence, rows, references) }),
  });
  const putTexts = ({ texts: all }: ShardTexts, rows: readonly number[]): Promise<BundleFile> =>
    put('texts', 'bin', encodeRows(rows.map((row) => all[row])));
  const entries: Float32Array[] = [];
  const shape = { content: 2 * featuresOf([]).dim, side: model?.width ?? 0 };
  const files: BundleFile[] = [];
  const pictures: BundleFile[] = [];
  const translated = new Map([...texts.keys()].map((tag): [string, BundleFile[]] => [tag, []]));
  const sections: SectionBytes[] = [];
  let [size, written] = [0, 0];
  const putShard = putInto(sink, previous?.stored, (bytes) => {
    size += bytes;
  });
  for (const rows of members) {
    const shard = shardOf(rows);
    const encoded = encodeShard(shard, members.length);
    sections.push(encoded.sections);
    files.push(await putShard('shard', 'bin', encoded.bytes));
    if (photosOf) pictures.push(await put('photos', 'bin', encodeFeatureRows(photosOf(rows))));
    for (const [tag, language] of texts) translated.get(tag)?.push(await putTexts(language, rows));
    const ones = new Array<number>(rows.length).fill(1);
    entries.push(
      Float32Array.from(
        [
          contentVectors(shard.features, blend),
          { width: shape.side, values: shard.side?.vectors ?? new Float32Array() },
          { width: 1, values: shard.side?.biases ?? new Float32Array(rows.length) },
          { width: 1, values: Float32Array.from(rows, (row) => logPopularity[row]) },
        ].flatMap((means) => [...meanOf(means, ones)]),
      ),
    );
    written += rows.length;
    onProgress?.('write', written, items.length);
  }
  const { rows: first, bytes: head } = await sizedHead((most) => {
    const rows = headRows(popular, members, most, demand?.recent, (row) => references.taken[row] === 0);
    const ofItems = Uint32Array.from(rows, (row) => references.shards[row]);
    const made = { ...shardOf(rows), shards: ofItems, model: model && pickSideModel(model, rows), statistics };
    return { rows, bytes: encodeHead(made, members.length) };
  });
  const locales: NonNullable<Manifest['locales']> = {};
  for (const [tag, language] of texts) {
    const { market } = language;
    const listed = await putLists(translated.get(tag) ?? [], put);
    locales[tag] = { ...(market ? { market } : {}), head: await putTexts(language, first), files: listed };
  }
  const idsOf = (rows: readonly number[]): string[] => rows.map((row) => items[row].id);
  const ids: BundleFile[] = [];
  for (const bytes of encodeIdBuckets(members.map(idsOf))) {
    ids.push(await put('ids', 'bin', bytes));
  }
  const whole = options.whole ?? size <= WHOLE_BYTES;
  const bytesOf = (name: keyof SectionBytes): number => sections.reduce((sum, lengths) => sum + lengths[name], 0);
  const { side, cooccurrence } = learned;
  const shards: Manifest['shards'] = {
    count: members.length,
    target,
    bytes: size,
    largest: members.reduce((most, { length }) => Math.max(most, length), 0),
    whole,
    ...(options.whole === undefined && options.shardItems === undefined ? {} : { chosen: true as const }),
    files: await putLists(files, put),
    directory: await putDirectory(entries, shape, members, put),
    ids: await put('ids', 'bin', encodeFileList(ids)),
    ...(whole ? {} : { terms: await putTerms(content, members, put) }),
    head: await put('head', 'bin', head),
  };
  for (const [market, given] of content.offers) {
    const file = await putOffers(market, given, shards, [idsOf(first), ...members.map(idsOf)], put);
    await sink(offersFile(market), file);
  }
  return {
    shards,
    photos: photosOf ? await putLists(pictures, put) : undefined,
    variants: groups ? (true as const) : undefined,
    locales: texts.size > 0 ? locales : undefined,
    companions: cooccurrence && {
      bytes: bytesOf('companions'),
      origin: cooccurrence.origin,
      support: cooccurrence.support && ('orders' as const),
    },
    side: side && {
      bytes: bytesOf('side'),
      width: side.model.width,
      digest: side.model.digest ?? (await sideDigest(side.model)),
      start: side.start,
      training: side.training,
    },
    demand: demand && {
      bytes: bytesOf('demand'),
      sums: { choices: demandSums(demand).choices, recent: demandSums(demand).recent },
      repeats: demand.repeats || undefined,
    },
  };
}

/** Writes the index of the words of all languages, and of the categories. */
function putTerms(
  { items, texts }: ShardContent,
  members: readonly (readonly number[])[],
  put: PutFile,
): Promise<BundleFile> {
  const builder = new TermBuilder();
  const languages = [...texts.values()];
  const itemOf = (row: number): TermItem => {
    const shown = languages.flatMap(({ texts: all }) => all[row] ?? []).map((text) => shownItem(items[row], text));
    return [items[row], ...shown];
  };
  for (const rows of members) builder.add(rows.map(itemOf));
  return builder.write(put);
}

/**
 * Writes the files with the offers of each shard, unless pages load the whole bundle.
 * @param offers of items in any order; `shards` of the file that this one replaces
 * @param head ids of the items in the head
 * @param members ids of the items of each shard
 * @returns the market's offers file, which must be stored last
 * @throws SidestreamError `bundle/offers` when it is larger than pages accept
 */
export async function putOffers(
  market: string,
  { currency, offers, shards: before = [] }: MarketOffers,
  { ids, whole }: Manifest['shards'],
  [head, ...members]: readonly (readonly string[])[],
  put: PutFile,
): Promise<Uint8Array> {
  if (whole) return encodeOffers({ currency, offers }, market);
  const offerOf = new Map(offers.map((offer) => [offer.id, offer]));
  const of = (some: readonly string[]) => some.flatMap((id) => offerOf.get(id) ?? []);
  const files: BundleFile[] = [];
  for (const shard of members) files.push(await put('offers', 'bin', encodeShardOffers(of(shard))));
  const own = { ids: ids.file, files: await putLists(files, put), head: of(head) };
  const others = before.filter((other) => other.ids !== own.ids).slice(0, 1);
  return encodeOffers({ currency, offers: [], shards: [own, ...others] }, market);
}

/** Names the state of a side model: vectors of models with different names are not comparable. */
const sideDigest = ({ vectors, biases, states, adapters }: SideModel): Promise<string> => {
  const gains = states.flatMap(({ decay, gain }) => [Float32Array.of(decay), gain]);
  const own = adapters ? [adapters.context, adapters.rates, adapters.fades, adapters.start] : [];
  return sha256(littleEndian(vectors, biases, ...gains, ...own));
};

/**
 * The demand as the shards store it: a later build, which reads those, must find the same sums and choose the same head.
 * @throws SidestreamError `bundle/invalid` when a number is not finite or too large
 */
function storedDemand(demand: Demand, members: readonly (readonly number[])[]): Demand {
  const order = members.flat();
  const [choices, recent] = [new Float32Array(order.length), new Float32Array(order.length)];
  for (const rows of members) {
    const { buffer } = encodeDemand(pickDemand(demand, rows));
    const stored = decodeDemand(buffer, rows.length);
    for (const [n, row] of rows.entries()) [choices[row], recent[row]] = [stored.choices[n], stored.recent[n]];
  }
  return { ...demand, choices, recent, sums: undefined };
}

/** The same for rows of a side model: a later build must find the same means. */
const storedSide = (model: SideModel, rows: readonly number[]): SideRows => {
  const { buffer } = encodeSideRows(pickSideModel(model, rows), model.width);
  return decodeSideRows(buffer, rows.length, model.width);
};

/** The largest head of about the target size. */
async function sizedHead<T extends { rows: number[]; bytes: Uint8Array }>(headOf: (most: number) => T): Promise<T> {
  const largest = headOf(HEAD_ITEMS);
  const share = HEAD_BYTES / (await compressed(largest.bytes)).byteLength;
  return share < 1 ? headOf(Math.max(MIN_HEAD_ITEMS, Math.floor(share * largest.rows.length))) : largest;
}

/** @param entries as `encodeNode` has them, of the shards @param members rows of each shard */
async function putDirectory(
  entries: readonly Float32Array[],
  shape: Pick<NodeShape, 'content' | 'side'>,
  members: readonly (readonly number[])[],
  put: PutFile,
): Promise<BundleFile> {
  const { branch, levels } = directoryShape(entries.length);
  if (levels === 1) return put('directory', 'bin', encodeNode(entries, shape));
  const groups: Float32Array[] = [];
  const files: BundleFile[] = [];
  for (let start = 0; start < entries.length; start += branch) {
    const own = entries.slice(start, start + branch);
    files.push(await put('directory', 'bin', encodeNode(own, shape)));
    const values = Float32Array.from(own.flatMap((entry) => [...entry]));
    const counts = members.slice(start, start + branch).map(({ length }) => length);
    groups.push(meanOf({ width: own[0].length, values }, counts));
  }
  return put('directory', 'bin', joinBytes([encodeNode(groups, shape), encodeFileList(files)]));
}

/** Writes the lists of the files of one kind, one of each shard. */
async function putLists(files: readonly BundleFile[], put: PutFile): Promise<BundleFile[]> {
  const lists: BundleFile[] = [];
  for (let start = 0; start < files.length; start += LISTED_FILES) {
    lists.push(await put('directory', 'bin', encodeFileList(files.slice(start, start + LISTED_FILES))));
  }
  return lists;
}
