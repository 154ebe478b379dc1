import type { BaseVectors, ClusterDirectory } from '../../../core/catalog';
import { type ByteMatrix, createByteMatrix } from '../../../core/kernel';
import { topRows } from '../score';
import { byteScores, type ContentProfile, ContentScorer, type ContentWeights, contentScores } from './content-profile';

export interface RetrievalCandidate {
  cluster: number;
  row: number;
  /** Content score by the base vectors, see `contentScores`. */
  score: number;
}

export interface RetrievalOptions {
  /** Number of clusters nearest to the profile whose items are scored. Default: a tenth of all, between 32 and 192. */
  probes?: number;
  /** Candidates wanted. Default 1000. */
  limit?: number;
}

/** A tenth has 95 % of the ten best items; of a million items in clusters, 192 clusters have 98 %. */
const defaultProbes = (clusters: number): number => Math.min(192, Math.max(32, Math.ceil(clusters / 10)));

/** Number of items multiplied at a time with vector instructions: 128 kB of base vectors. */
const BATCH_ITEMS = 2048;
/** Maximum size of cached base vectors, bytes: about 460 clusters of 256 items. */
const MAX_CACHE_BYTES = 8 * 1024 * 1024;

/**
 * Finds the items of a large catalogue that suit a profile without loading most of the catalogue (IVF): the nearest clusters
 * by their centroids, then the items of those clusters by their base vectors. Recently used base vectors are cached.
 */
export class Retrieval {
  readonly #loaded = new Map<number, BaseVectors>();
  #bytes = 0;
  #matrix: ByteMatrix | null = null;

  /**
   * @param load gets the base vectors of a cluster; rejects with `bundle/*`
   * @param budget maximum size of cached base vectors, bytes; the vectors of one search are always kept
   */
  constructor(
    private readonly directory: ClusterDirectory,
    private readonly load: (cluster: number) => Promise<BaseVectors>,
    private readonly budget = MAX_CACHE_BYTES,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Items that suit a profile, best first.
   * @param profile in the space of base vectors
   * @throws SidestreamError `bundle/*` when no cluster could be loaded; some are enough
   */
  async candidates(
    profile: ContentProfile,
    weights: ContentWeights,
    { probes = defaultProbes(this.directory.clusters), limit = 1000 }: RetrievalOptions = {},
  ): Promise<RetrievalCandidate[]> {
    const near = this.nearestClusters(profile, weights, probes);
    const found = await Promise.allSettled(near.map((cluster) => this.#vectors(cluster)));
    const failed = found.find((result) => result.status === 'rejected');
    if (failed && found.every(({ status }) => status === 'rejected')) throw failed.reason;
    const scanned = found.flatMap((result, n) =>
      result.status === 'fulfilled' ? [{ cluster: near[n], vectors: result.value }] : [],
    );
    this.#evict();
    return bestOf(scanned, profile, weights, limit, this.#vectorized(profile.width));
  }

  /** Clusters whose mean item suits a profile best, best first. */
  nearestClusters(profile: ContentProfile, weights: ContentWeights, count: number): number[] {
    const { values, scales } = this.directory.centroids;
    const matrix = this.#vectorized(profile.width);
    const scores = matrix
      ? byteScores(profile, weights, [{ count: scales.length, dims: profile.width, values, scales }], matrix)
      : contentScores(profile, weights, values, scales);
    return topRows(scores, count);
  }

  /** Null without vector instructions, or before they are loaded. */
  #vectorized(width: number): ByteMatrix | null {
    this.#matrix ??= createByteMatrix(BATCH_ITEMS, width, 1);
    return this.#matrix;
  }

  async #vectors(cluster: number): Promise<BaseVectors> {
    const known = this.#loaded.get(cluster);
    const vectors = known ?? (await this.load(cluster));
    // Re-inserting makes the map's order the order of use.
    if (this.#loaded.delete(cluster)) this.#bytes -= bytesOf(vectors);
    this.#loaded.set(cluster, vectors);
    this.#bytes += bytesOf(vectors);
    return vectors;
  }

  #evict(): void {
    for (const [cluster, vectors] of this.#loaded) {
      if (this.#bytes <= this.budget) return;
      this.#loaded.delete(cluster);
      this.#bytes -= bytesOf(vectors);
    }
  }
}

interface ScannedCluster {
  cluster: number;
  vectors: BaseVectors;
}

/** The items of some clusters with the best scores. @param matrix null without vector instructions */
function bestOf(
  scanned: ScannedCluster[],
  profile: ContentProfile,
  weights: ContentWeights,
  limit: number,
  matrix: ByteMatrix | null,
): RetrievalCandidate[] {
  const sets = scanned.map(({ vectors }) => vectors);
  const total = sets.reduce((sum, { count }) => sum + count, 0);
  const scores = matrix ? byteScores(profile, weights, sets, matrix) : new Float32Array(total);
  const scorer = matrix ? null : new ContentScorer(profile, weights);
  const clusterOf = new Uint32Array(total);
  const starts: number[] = [];
  let at = 0;
  for (const [n, { count, values, scales }] of sets.entries()) {
    if (scorer) scores.set(scorer.scores(values, scales), at);
    starts.push(at);
    clusterOf.fill(n, at, at + count);
    at += count;
  }
  return topRows(scores, limit).map((item) => {
    const n = clusterOf[item];
    return { cluster: scanned[n].cluster, row: item - starts[n], score: scores[item] };
  });
}

const bytesOf = ({ values, scales }: BaseVectors): number => values.byteLength + scales.byteLength;

/** The clusters of the best candidates, best first, up to `most`. */
export function clustersOf(candidates: readonly RetrievalCandidate[], most: number): number[] {
  const clusters = new Set<number>();
  for (const { cluster } of candidates) {
    if (clusters.size >= most) break;
    clusters.add(cluster);
  }
  return [...clusters];
}
