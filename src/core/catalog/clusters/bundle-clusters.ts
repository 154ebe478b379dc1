import { fitting } from '../../common/schema';
import {
  type BundleProgress,
  decodeItems,
  type FetchFile,
  fetchChecked,
  fetchFiles,
  invalidBundle,
  parseJson,
} from '../bundle/bundle-file';
import type { BundleFile, Manifest } from '../bundle/manifest-schema';
import { type CatalogStatistics, catalogStatisticsSchema } from '../catalog-statistics';
import { decodeAxes, type PrincipalAxes } from '../features/base-vectors';
import { decodeFeatureShard } from '../features/decode-features';
import {
  createTable,
  type FeatureTable,
  featureShape,
  featureShardBytes,
  rowsPerItem,
} from '../features/feature-table';
import type { Item } from '../item';
import {
  type BesideClusters,
  bucketOf,
  ClusterDirectory,
  clustersWith,
  decodeFileDirectory,
  decodeIdBucket,
  hashId,
  type IdBucket,
} from './cluster-directory';

const PARALLEL_FETCHES = 16;

/** Items with their features, in the same order. */
export interface ItemsPart {
  items: Item[];
  features: FeatureTable;
  /** The cluster that these items form, if they form one. */
  cluster?: number;
}

/**
 * The clusters of a large catalogue. Every file is fetched on request and checked against its digest; only directory, axes
 * and statistics are cached. Every method may reject with `bundle/unreachable`, `bundle/digest-mismatch` or
 * `bundle/invalid`.
 */
export class BundleClusters {
  readonly #manifest: Manifest;
  readonly #clusters: NonNullable<Manifest['clusters']>;
  readonly #fetchFile: FetchFile;
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(manifest: Manifest, clusters: NonNullable<Manifest['clusters']>, fetchFile: FetchFile) {
    this.#manifest = manifest;
    this.#clusters = clusters;
    this.#fetchFile = fetchFile;
  }

  /** Items of the largest cluster. */
  get largest(): number {
    return this.#clusters.largest;
  }

  directory(): Promise<ClusterDirectory> {
    const { count } = this.#manifest;
    const { directory, count: clusters, dims, largest } = this.#clusters;
    return this.#once(directory, (bytes) => new ClusterDirectory(bytes, { count, clusters, dims, largest }));
  }

  axes(): Promise<PrincipalAxes> {
    const { axes, dims } = this.#clusters;
    return this.#once(axes, (bytes) => decodeAxes(bytes, { dims, width: 2 * this.#manifest.dim }));
  }

  statistics(): Promise<CatalogStatistics> {
    const { statistics } = this.#clusters;
    return this.#once(statistics, (bytes) =>
      fitting(catalogStatisticsSchema, parseJson(statistics.file, bytes), (what) =>
        invalidBundle(statistics.file, what),
      ),
    );
  }

  async items(cluster: number): Promise<ItemsPart> {
    const directory = await this.directory();
    const [items, features] = [directory.file(cluster, 'items'), directory.file(cluster, 'features')];
    const count = directory.counts[cluster];
    checkSize(features, featureShardBytes(featureShape(this.#manifest), count));
    const [rows, values] = await fetchFiles(this.#fetchFile, [items, features]);
    return { ...this.#part([rows, values], [items, features], count), cluster };
  }

  /** All items, cluster by cluster. */
  async all(onProgress?: BundleProgress): Promise<ItemsPart> {
    const directory = await this.directory();
    const { count } = this.#manifest;
    const features = createTable(featureShape(this.#manifest), count);
    const items: Item[] = [];
    const width = rowsPerItem(features);
    for (let first = 0; first < directory.clusters; first += PARALLEL_FETCHES) {
      const numbers = Array.from(
        { length: Math.min(PARALLEL_FETCHES, directory.clusters - first) },
        (_, n) => first + n,
      );
      for (const part of await Promise.all(numbers.map((cluster) => this.items(cluster)))) {
        features.values.set(part.features.values, items.length * width * features.dim);
        features.scales.set(part.features.scales, items.length * width);
        for (const item of part.items) items.push(item);
      }
      onProgress?.(items.length, count);
    }
    return { items, features };
  }

  /** The files that such a directory names, one for each cluster, in the order of the clusters. */
  filesBeside(directory: BundleFile, stem: BesideClusters): Promise<BundleFile[]> {
    const { count } = this.#clusters;
    return this.#once(directory, (bytes) => decodeFileDirectory(bytes, directory.file, count, stem));
  }

  /** Clusters that may contain an item: empty for an unknown id, rarely more than one. */
  async clustersWith(id: string): Promise<number[]> {
    const { buckets } = await this.directory();
    return clustersWith(await this.ids(bucketOf(hashId(id), buckets)), id);
  }

  /** An id bucket: the hashes of its ids and the clusters that their items are in. */
  async ids(bucket: number): Promise<IdBucket> {
    const directory = await this.directory();
    return decodeIdBucket(await fetchChecked(this.#fetchFile, directory.idFile(bucket)), directory.clusters);
  }

  #part([rows, values]: ArrayBuffer[], [items, scaled]: BundleFile[], count: number): ItemsPart {
    const features = createTable(featureShape(this.#manifest), count);
    decodeFeatureShard(values, scaled.file, features, 0, count);
    return { items: decodeItems(rows, items.file, count), features };
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

function checkSize(file: BundleFile, expected: number): void {
  if (file.bytes !== expected) throw invalidBundle(file.file, `should be ${expected} bytes, not ${file.bytes}`);
}
