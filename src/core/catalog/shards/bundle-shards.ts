import { hash32 } from '../../common/hash';
import { type BundleProgress, type FetchFile, fetchChecked, invalidBundle } from '../bundle/bundle-file';
import { type BundleFile, LISTED_FILES, MANIFEST_FILE, type Manifest } from '../bundle/manifest-schema';
import {
  type DirectoryNode,
  decodeFileList,
  decodeNode,
  directoryShape,
  type FileStem,
  type NodeShape,
  nodeBytes,
} from './directory';
import { bucketCount, bucketOf, decodeIdBucket, type IdBucket, shardsWith } from './id-index';
import { decodeShard, type Shard } from './shard-file';
import type { TermIndex } from './term-index';

const PARALLEL_FETCHES = 16;
/** Minimum number of nodes of the directory that a search reads beyond the root. */
const OPENED_NODES = 3;

/** A file beside every shard: the rest of the pictures' taps, the texts in another language, by tag, or offers, by their lists of files. */
export type SideFile = 'photos' | { texts: string } | { offers: readonly BundleFile[] };

/** The files beside every shard that the manifest names. */
export const sideFiles = ({ photos, locales = {} }: Pick<Manifest, 'photos' | 'locales'>): SideFile[] => [
  ...(photos ? (['photos'] as const) : []),
  ...Object.keys(locales).map((texts) => ({ texts })),
];

/** Scores the entries of a node: the higher, the better the items of an entry suit a shopper. @returns one score per entry */
export type ScoreEntries = (node: DirectoryNode) => Float32Array;

/**
 * The shards of a bundle. Every file is fetched on request and checked against its digest; only directory and lists of files are kept.
 * Every method may reject with `bundle/unreachable`, `bundle/digest-mismatch` or `bundle/invalid`.
 */
export class BundleShards {
  readonly #manifest: Manifest;
  readonly #fetchFile: FetchFile;
  readonly #known = new Map<string, Promise<unknown>>();
  readonly #reading = new Map<number, Promise<Shard>>();

  constructor(manifest: Manifest, fetchFile: FetchFile) {
    this.#manifest = manifest;
    this.#fetchFile = fetchFile;
  }

  /** Number of shards. */
  get count(): number {
    return this.#manifest.shards.count;
  }

  /** Reads a shard; calls at the same time share one request. */
  read(shard: number): Promise<Shard> {
    const reading = this.#reading.get(shard) ?? this.#read(shard).finally(() => this.#reading.delete(shard));
    this.#reading.set(shard, reading);
    return reading;
  }

  async #read(shard: number): Promise<Shard> {
    const file = await this.#listed('shard', this.#manifest.shards.files, shard);
    const bytes = await fetchChecked(this.#fetchFile, file);
    return { ...decodeShard(bytes, file.file, this.#manifest), number: shard };
  }

  /** All shards in their order. */
  async *all(onProgress?: BundleProgress): AsyncGenerator<Shard> {
    let loaded = 0;
    for (let first = 0; first < this.count; first += PARALLEL_FETCHES) {
      const numbers = Array.from({ length: Math.min(PARALLEL_FETCHES, this.count - first) }, (_, n) => first + n);
      for (const shard of await Promise.all(numbers.map((number) => this.read(number)))) {
        loaded += shard.items.length;
        onProgress?.(loaded, this.#manifest.count);
        yield shard;
      }
    }
  }

  /** A file beside a shard. */
  async beside(shard: number, kind: SideFile): Promise<{ file: string; bytes: ArrayBuffer }> {
    const [stem, lists] = this.#besideFiles(kind);
    const file = await this.#listed(stem, lists, shard);
    return {
      file: file.file,
      bytes: file.bytes === 0 ? new ArrayBuffer(0) : await fetchChecked(this.#fetchFile, file),
    };
  }

  /** The shards whose means have the best scores, the best first. In a large catalogue, only the best part of the directory is read. */
  async best(score: ScoreEntries, most: number): Promise<number[]> {
    const { branch, levels } = directoryShape(this.count);
    const ranked = (scores: Float32Array): number[] =>
      [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
    const top = ranked(score((await this.#root()).node));
    if (levels === 1) return top.slice(0, most);
    const opened = top.slice(0, Math.max(OPENED_NODES, 1 + Math.ceil(most / branch)));
    const nodes = await Promise.all(opened.map((n) => this.#node(n)));
    const all = nodes.flatMap((node, n) =>
      Array.from(score(node), (value, entry) => ({ value, shard: opened[n] * branch + entry })),
    );
    all.sort((a, b) => b.value - a.value || a.shard - b.shard);
    return all.slice(0, most).map(({ shard }) => shard);
  }

  /** Scores of the means of some shards; in a large catalogue, of the parts of the directory that they are in. */
  async estimates(shards: readonly number[], score: ScoreEntries): Promise<number[]> {
    const { branch, levels } = directoryShape(this.count);
    const values = score((await this.#root()).node);
    return shards.map((shard) => values[levels === 1 ? shard : Math.floor(shard / branch)]);
  }

  /** Shards that may contain an item: none for an unknown id, rarely more than one. */
  async shardsWith(id: string): Promise<number[]> {
    const buckets = await this.#buckets();
    return shardsWith(await this.#bucket(buckets[bucketOf(hash32(id), buckets.length)]), id);
  }

  /** The index of words and categories, with its code; null in a bundle that pages load whole: they search the items. */
  async terms(): Promise<TermIndex | null> {
    const { shards, count } = this.#manifest;
    const { terms: root } = shards;
    if (!root) return null;
    const { TermIndex } = await import('./term-index');
    return new TermIndex({ root, shards: this.count, items: count, read: (...file) => this.#once(...file) });
  }

  /** Every file that lists of files name: first the shards, in their order. */
  async allFiles(): Promise<BundleFile[]> {
    const kinds = sideFiles(this.#manifest).map((kind) => this.#besideFiles(kind));
    const { files } = this.#manifest.shards;
    const all = [['shard' as const, files] as const, ...kinds].map(async ([stem, lists]) =>
      Promise.all(lists.map((_, n) => this.#list(stem, lists, n))),
    );
    const words = (await (await this.terms())?.buckets()) ?? [];
    return [...(await Promise.all(all)).flat(2), ...(await this.#root()).files, ...(await this.#buckets()), ...words];
  }

  /** Reads and checks the directory and the indexes of ids and of words. */
  async checkIndexes(): Promise<void> {
    for (const bucket of await this.#buckets()) await this.#bucket(bucket);
    for (const n of (await this.#root()).files.keys()) await this.#node(n);
    await (await this.terms())?.check();
  }

  async #bucket(file: BundleFile): Promise<IdBucket> {
    return decodeIdBucket(await fetchChecked(this.#fetchFile, file), this.count);
  }

  #buckets(): Promise<BundleFile[]> {
    const { count, shards } = this.#manifest;
    return this.#once(shards.ids, (bytes) => decodeFileList(bytes, shards.ids.file, 'ids', bucketCount(count)));
  }

  #besideFiles(kind: SideFile): [FileStem, readonly BundleFile[]] {
    const { photos = [], locales = {} } = this.#manifest;
    if (kind === 'photos') return [kind, photos];
    return 'offers' in kind ? ['offers', kind.offers] : ['texts', locales[kind.texts]?.files ?? []];
  }

  async #listed(stem: FileStem, lists: readonly BundleFile[], shard: number): Promise<BundleFile> {
    return (await this.#list(stem, lists, Math.floor(shard / LISTED_FILES)))[shard % LISTED_FILES];
  }

  #list(stem: FileStem, lists: readonly BundleFile[], n: number): Promise<BundleFile[]> {
    const length = Math.min(LISTED_FILES, this.count - n * LISTED_FILES);
    const list = lists[n];
    if (!list) throw invalidBundle(MANIFEST_FILE, `lacks the list of ${stem} files ${n}`);
    return this.#once(list, (bytes) => decodeFileList(bytes, list.file, stem, length));
  }

  /** The root, and in a large catalogue the list of the nodes below it. */
  async #root(): Promise<{ node: DirectoryNode; files: BundleFile[] }> {
    const { branch, levels } = directoryShape(this.count);
    const { directory } = this.#manifest.shards;
    const shape = this.#shape(directory, levels === 1 ? this.count : Math.ceil(this.count / branch));
    return this.#once(directory, (bytes) => ({
      node: decodeNode(bytes.slice(0, nodeBytes(shape)), shape),
      files: decodeFileList(
        bytes.slice(nodeBytes(shape)),
        directory.file,
        'directory',
        levels === 1 ? 0 : shape.entries,
      ),
    }));
  }

  async #node(n: number): Promise<DirectoryNode> {
    const { branch } = directoryShape(this.count);
    const file = (await this.#root()).files[n];
    const shape = this.#shape(file, Math.min(branch, this.count - n * branch));
    return this.#once(file, (bytes) => decodeNode(bytes, shape));
  }

  #shape({ file }: BundleFile, entries: number): NodeShape {
    const { dim, side } = this.#manifest;
    return { file, entries, content: 2 * dim, side: side?.width ?? 0 };
  }

  /** Fetches and decodes a file once; after a failure the next call fetches it again. */
  #once<T>(file: BundleFile, decode: (bytes: ArrayBuffer) => T): Promise<T> {
    const known = this.#known.get(file.file) as Promise<T> | undefined;
    if (known) return known;
    const wanted = fetchChecked(this.#fetchFile, file).then(decode);
    this.#known.set(file.file, wanted);
    wanted.catch(() => this.#known.delete(file.file));
    return wanted;
  }
}
