import type { BaseVectors, ClusterDirectory } from '../../catalog';
import { topRows } from '../score';
import { type ContentProfile, ContentScorer, type ContentWeights, contentScores } from './content-taste';

/** An item that may suit a taste. */
export interface Candidate {
  cluster: number;
  /** Place in its cluster. */
  row: number;
  /** Content score by the base vectors, see `contentScores`. */
  score: number;
}

export interface RetrievalOptions {
  /** Clusters nearest to the taste whose items are looked at. Default 192. */
  probes?: number;
  /** Candidates wanted. Default 1000. */
  limit?: number;
}

/** Dimensions of base vectors that all items of the clusters are scored by. */
const LEADING = 24;
/** Items that are scored by all dimensions, in candidates wanted. */
const ROUGH = 4;

/** Bytes of base vectors kept: those of about 460 clusters of 256 items. */
const BUDGET = 8 * 1024 * 1024;

/**
 * Finds the items of a large catalogue that suit a taste, without most of the catalogue: the clusters nearest to it by
 * their centroids, then in those the items by their base vectors (IVF). Base vectors of the clusters asked for last are
 * kept.
 */
export class Retrieval {
  readonly #directory: ClusterDirectory;
  readonly #load: (cluster: number) => Promise<BaseVectors>;
  readonly #budget: number;
  readonly #loaded = new Map<number, BaseVectors>();
  #bytes = 0;

  /**
   * @param load gets the base vectors of a cluster; rejects with `bundle/*`
   * @param budget bytes of base vectors kept; those of one search are kept in any case
   */
  constructor(directory: ClusterDirectory, load: (cluster: number) => Promise<BaseVectors>, budget = BUDGET) {
    this.#directory = directory;
    this.#load = load;
    this.#budget = budget;
  }

  /** Bytes of base vectors in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Items that suit a taste, best first.
   * @param taste in the space of base vectors
   * @throws SidestreamError `bundle/*` when none of the clusters could be had; a part of them is enough
   */
  async candidates(
    taste: ContentProfile,
    weights: ContentWeights,
    { probes = 192, limit = 1000 }: RetrievalOptions = {},
  ): Promise<Candidate[]> {
    const near = this.nearestClusters(taste, weights, probes);
    const found = await Promise.allSettled(near.map((cluster) => this.#vectors(cluster)));
    const failed = found.find((result) => result.status === 'rejected');
    if (failed && found.every(({ status }) => status === 'rejected')) throw failed.reason;
    const scanned = found.flatMap((result, n) =>
      result.status === 'fulfilled' ? [{ cluster: near[n], vectors: result.value }] : [],
    );
    this.#forget();
    return best(scanned, taste, weights, limit);
  }

  /** Clusters whose mean item suits a taste best, best first. */
  nearestClusters(taste: ContentProfile, weights: ContentWeights, count: number): number[] {
    const { values, scales } = this.#directory.centroids;
    const scores = contentScores(taste, weights, values, scales);
    return topRows(scores, count);
  }

  async #vectors(cluster: number): Promise<BaseVectors> {
    const known = this.#loaded.get(cluster);
    const vectors = known ?? (await this.#load(cluster));
    // Re-inserting makes the map's order the order of use.
    if (this.#loaded.delete(cluster)) this.#bytes -= bytesOf(vectors);
    this.#loaded.set(cluster, vectors);
    this.#bytes += bytesOf(vectors);
    return vectors;
  }

  #forget(): void {
    for (const [cluster, vectors] of this.#loaded) {
      if (this.#bytes <= this.#budget) return;
      this.#loaded.delete(cluster);
      this.#bytes -= bytesOf(vectors);
    }
  }
}

/** Base vectors of a cluster. */
interface Scanned {
  cluster: number;
  vectors: BaseVectors;
}

/**
 * The items of some clusters with the best scores: first by the leading dimensions of their base vectors, which say most,
 * then the best of those by all.
 */
function best(scanned: Scanned[], taste: ContentProfile, weights: ContentWeights, limit: number): Candidate[] {
  const total = scanned.reduce((sum, { vectors }) => sum + vectors.count, 0);
  const leading = new ContentScorer(taste, weights, Math.min(LEADING, taste.width));
  const rough = new Float32Array(total);
  const part = new Uint32Array(total);
  const places = new Uint32Array(total);
  let at = 0;
  for (const [n, { vectors }] of scanned.entries()) {
    rough.set(leading.scores(vectors.values, vectors.scales), at);
    part.fill(n, at, at + vectors.count);
    for (let row = 0; row < vectors.count; row++, at++) places[at] = row;
  }
  const kept = topRows(rough, ROUGH * limit);
  const values = new Int8Array(kept.length * taste.width);
  const scales = new Float32Array(kept.length);
  for (const [n, item] of kept.entries()) {
    const { vectors } = scanned[part[item]];
    const from = places[item] * taste.width;
    values.set(vectors.values.subarray(from, from + taste.width), n * taste.width);
    scales[n] = vectors.scales[places[item]];
  }
  const scores = contentScores(taste, weights, values, scales);
  return topRows(scores, limit).map((n) => {
    const item = kept[n];
    return { cluster: scanned[part[item]].cluster, row: places[item], score: scores[n] };
  });
}

const bytesOf = ({ values, scales }: BaseVectors): number => values.byteLength + scales.byteLength;

/** The clusters that the best candidates are in, best first, until `most` of them or until none is left. */
export function clustersOf(candidates: readonly Candidate[], most: number): number[] {
  const clusters = new Set<number>();
  for (const { cluster } of candidates) {
    if (clusters.size >= most) break;
    clusters.add(cluster);
  }
  return [...clusters];
}
