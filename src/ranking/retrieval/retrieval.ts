import type { BaseVectors, ClusterDirectory } from '../../catalog';
import { topRows } from '../score';
import { type ContentTaste, type ContentWeights, contentScores } from './content-taste';

/** An item that may suit a taste. */
export interface Candidate {
  cluster: number;
  /** Place in its cluster. */
  row: number;
  /** Content score by the base vectors, see `contentScores`. */
  score: number;
}

export interface RetrievalOptions {
  /** Clusters nearest to the taste whose items are looked at. Default 64. */
  probes?: number;
  /** Candidates wanted. Default 1000. */
  limit?: number;
}

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
    taste: ContentTaste,
    weights: ContentWeights,
    { probes = 64, limit = 1000 }: RetrievalOptions = {},
  ): Promise<Candidate[]> {
    const near = this.nearestClusters(taste, weights, probes);
    const found = await Promise.allSettled(near.map((cluster) => this.#vectors(cluster)));
    const failed = found.find((result) => result.status === 'rejected');
    if (failed && found.every(({ status }) => status === 'rejected')) throw failed.reason;
    const total = found.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value.count : 0), 0);
    const scores = new Float32Array(total);
    const places = { cluster: new Uint32Array(total), row: new Uint32Array(total) };
    let at = 0;
    for (const [n, result] of found.entries()) {
      if (result.status === 'rejected') continue;
      const { values, scales, count } = result.value;
      scores.set(contentScores(taste, weights, values, scales), at);
      places.cluster.fill(near[n], at, at + count);
      for (let row = 0; row < count; row++, at++) places.row[at] = row;
    }
    this.#forget();
    return topRows(scores, limit).map((n) => ({ cluster: places.cluster[n], row: places.row[n], score: scores[n] }));
  }

  /** Clusters whose mean item suits a taste best, best first. */
  nearestClusters(taste: ContentTaste, weights: ContentWeights, count: number): number[] {
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
