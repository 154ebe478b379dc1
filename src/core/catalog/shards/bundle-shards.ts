import { type BundleProgress, type FetchFile, fetchChecked, fetchFiles } from '../bundle/bundle-file';
import type { BundleFile, Manifest } from '../bundle/manifest-schema';
import { type DirectoryNode, decodeFileList, decodeNode, directoryShape, type FileStem } from './directory';
import { bucketOf, decodeIdBucket, hashId, type IdBucket, shardsWith } from './id-index';
import { decodeShard, type Shard } from './shard-file';

const PARALLEL_FETCHES = 16;
/** Minimum number of nodes of the directory that a search reads beyond the root. */
const OPENED_NODES = 4;

/** A file beside every shard: the rest of the pictures' taps, or the texts in another language, by tag. */
export type SideFile = 'photos' | { texts: string };

/** The files beside every shard of a bundle, in the order of the directory. */
export const sideFiles = ({ photos, locales = {} }: Pick<Manifest, 'photos' | 'locales'>): SideFile[] => [
  ...(photos ? (['photos'] as const) : []),
  ...Object.keys(locales)
    .sort()
    .map((texts) => ({ texts })),
];

const stemOf = (kind: SideFile): FileStem => (kind === 'photos' ? 'photos' : 'texts');

/** Scores the entries of a node: the higher, the better the items of an entry suit a shopper. @returns one score per entry */
export type ScoreEntries = (node: DirectoryNode) => Float32Array;

/**
 * The shards of a bundle. Every file is fetched on request and checked against its digest; only the directory is kept. Every
 * method may reject with `bundle/unreachable`, `bundle/digest-mismatch` or `bundle/invalid`.
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

  /** Number of items that a shard should have. */
  get target(): number {
    return this.#manifest.shards.target;
  }

  /** Items of the largest shard. */
  get largest(): number {
    return this.#manifest.shards.largest;
  }

  /** Whether a page loads all of them. */
  get whole(): boolean {
    return this.#manifest.shards.whole;
  }

  /** The files of a shard: its own, then those of `sideFiles`. */
  async files(shard: number): Promise<readonly BundleFile[]> {
    const [node, entry] = await this.#entry(shard);
    return node.files[entry];
  }

  /** Number of items of a shard. */
  async size(shard: number): Promise<number> {
    const [node, entry] = await this.#entry(shard);
    return node.counts[entry];
  }

  /** Reads a shard; calls at the same time share one request. */
  read(shard: number): Promise<Shard> {
    const reading = this.#reading.get(shard) ?? this.#read(shard).finally(() => this.#reading.delete(shard));
    this.#reading.set(shard, reading);
    return reading;
  }

  async #read(shard: number): Promise<Shard> {
    const [node, entry] = await this.#entry(shard);
    const [file] = node.files[entry];
    const bytes = await fetchChecked(this.#fetchFile, file);
    const expected = { file: file.file, count: node.counts[entry] };
    return { ...decodeShard(bytes, expected, this.#manifest), number: shard };
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
  async beside(shard: number, kind: SideFile): Promise<{ file: BundleFile; bytes: ArrayBuffer; count: number }> {
    const [node, entry] = await this.#entry(shard);
    const kinds = sideFiles(this.#manifest).map((other) => JSON.stringify(other));
    const file = node.files[entry][1 + kinds.indexOf(JSON.stringify(kind))];
    return { file, bytes: await fetchChecked(this.#fetchFile, file), count: node.counts[entry] };
  }

  /** The shards whose means have the best scores, the best first. In a large catalogue, only the best part of the directory is read. */
  async best(score: ScoreEntries, most: number): Promise<number[]> {
    const { branch, levels } = directoryShape(this.count);
    const root = await this.#root();
    const ranked = (scores: Float32Array): number[] =>
      [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b);
    if (levels === 1) return ranked(score(root)).slice(0, most);
    const opened = ranked(score(root)).slice(0, Math.max(OPENED_NODES, 1 + Math.ceil(most / branch)));
    const nodes = await Promise.all(opened.map((n) => this.#node(root, n)));
    const all = nodes.flatMap((node, n) =>
      Array.from(score(node), (value, entry) => ({ value, shard: opened[n] * branch + entry })),
    );
    all.sort((a, b) => b.value - a.value || a.shard - b.shard);
    return all.slice(0, most).map(({ shard }) => shard);
  }

  /** Scores of the means of some shards; in a large catalogue, of the parts of the directory that they are in. */
  async estimates(shards: readonly number[], score: ScoreEntries): Promise<number[]> {
    const { branch, levels } = directoryShape(this.count);
    const values = score(await this.#root());
    return shards.map((shard) => values[levels === 1 ? shard : Math.floor(shard / branch)]);
  }

  /** Shards that may contain an item: none for an unknown id, rarely more than one. */
  async shardsWith(id: string): Promise<number[]> {
    const { ids } = this.#manifest.shards;
    const buckets = await this.#once(ids, (bytes) => decodeFileList(bytes, ids.file, 'ids'));
    return shardsWith(await this.#bucket(buckets[bucketOf(hashId(id), buckets.length)]), id);
  }

  /** Every file that the directory and the index of ids name. */
  async allFiles(): Promise<BundleFile[]> {
    const root = await this.#root();
    const { ids } = this.#manifest.shards;
    const buckets = await this.#once(ids, (bytes) => decodeFileList(bytes, ids.file, 'ids'));
    if (directoryShape(this.count).levels === 1) return [...root.files.flat(), ...buckets];
    const nodes = await Promise.all(root.files.map((_, n) => this.#node(root, n)));
    return [...root.files.flat(), ...nodes.flatMap(({ files }) => files.flat()), ...buckets];
  }

  /** Reads and checks the index of ids. */
  async checkIds(): Promise<void> {
    const { ids } = this.#manifest.shards;
    for (const bucket of await this.#once(ids, (bytes) => decodeFileList(bytes, ids.file, 'ids')))
      await this.#bucket(bucket);
  }

  async #bucket(file: BundleFile): Promise<IdBucket> {
    return decodeIdBucket(await fetchChecked(this.#fetchFile, file), this.count);
  }

  async #entry(shard: number): Promise<[node: DirectoryNode, entry: number]> {
    const { branch, levels } = directoryShape(this.count);
    const root = await this.#root();
    if (levels === 1) return [root, shard];
    return [await this.#node(root, Math.floor(shard / branch)), shard % branch];
  }

  #root(): Promise<DirectoryNode> {
    const { branch, levels } = directoryShape(this.count);
    const { directory } = this.#manifest.shards;
    const entries = levels === 1 ? this.count : Math.ceil(this.count / branch);
    return this.#once(directory, (bytes) => this.#decode(bytes, directory, entries, levels === 1));
  }

  #node(root: DirectoryNode, n: number): Promise<DirectoryNode> {
    const { branch } = directoryShape(this.count);
    const [file] = root.files[n];
    const entries = Math.min(branch, this.count - n * branch);
    return this.#once(file, (bytes) => this.#decode(bytes, file, entries, true));
  }

  #decode(bytes: ArrayBuffer, { file }: BundleFile, entries: number, leaf: boolean): DirectoryNode {
    const stems = leaf ? ['shard' as const, ...sideFiles(this.#manifest).map(stemOf)] : ['directory' as const];
    const { dim, side } = this.#manifest;
    return decodeNode(bytes, { file, entries, stems, content: 2 * dim, side: side?.width ?? 0 });
  }

  /** Fetches and decodes a file once; after a failure the next call fetches it again. */
  #once<T>(file: BundleFile, decode: (bytes: ArrayBuffer) => T): Promise<T> {
    const known = this.#known.get(file.file) as Promise<T> | undefined;
    if (known) return known;
    const wanted = fetchFiles(this.#fetchFile, [file]).then(([bytes]) => decode(bytes));
    this.#known.set(file.file, wanted);
    wanted.catch(() => this.#known.delete(file.file));
    return wanted;
  }
}
