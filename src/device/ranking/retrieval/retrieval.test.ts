import { beforeAll, describe, expect, it } from 'vitest';
import {
  type BaseVectors,
  type BundleClusters,
  type ClusterDirectory,
  type ContentVectors,
  contentBlend,
  contentVectors,
  openBundle,
  type PrincipalAxes,
  writeBundle,
} from '../../../core/catalog';
import { createByteMatrix, loadKernel } from '../../../core/kernel';
import { SidestreamError } from '../../../error';
import { memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { baseProfile, byteScores, contentProfile, contentScores } from './content-profile';
import { clustersOf, Retrieval } from './retrieval';

const COUNT = 3000;
const WEIGHTS = { recent: 1.8, session: 0.9, nearestHistory: 3.2 };
let content: ContentVectors;
let clusters: BundleClusters;
let directory: ClusterDirectory;
let axes: PrincipalAxes;
/** First row of every cluster in `content`. */
let starts: number[];

beforeAll(async () => {
  const memory = memoryBundle();
  const options = { clusterFrom: 100, clusterItems: 32 };
  await writeBundle(await topicContent({ items: COUNT, topics: 40, dim: 48 }), memory.sink, options);
  const bundle = await openBundle(memory.fetchFile);
  if (!bundle.clusters) throw new Error('this bundle has no clusters');
  clusters = bundle.clusters;
  content = contentVectors(bundle.features, contentBlend(bundle.manifest));
  directory = await clusters.directory();
  axes = await clusters.axes();
  starts = [0];
  for (const count of directory.counts) starts.push(starts[starts.length - 1] + count);
});

const profileOf = (rows: number[]) => {
  const profile = contentProfile(content, { rows, strengths: rows.map(() => 1) });
  if (!profile) throw new Error('no profile');
  return profile;
};

/** Rows of the ten best items by the complete content vectors. */
function exactTop(rows: number[]): number[] {
  const scores = contentScores(profileOf(rows), WEIGHTS, content.values);
  return [...scores.keys()].sort((a, b) => scores[b] - scores[a] || a - b).slice(0, 10);
}

const histories = Array.from({ length: 30 }, (_, n) => [n * 97, n * 97 + 1, n * 61 + 5, (n * 331) % COUNT]);

describe('retrieval', () => {
  it('finds the items that an exact search of the whole catalogue finds, from a tenth of its clusters', async () => {
    const retrieval = new Retrieval(directory, (cluster) => clusters.vectors(cluster));
    let found = 0;
    for (const rows of histories) {
      const candidates = await retrieval.candidates(baseProfile(profileOf(rows), axes), WEIGHTS, {
        probes: Math.ceil(directory.clusters / 10),
        limit: 100,
      });
      const candidateRows = new Set(candidates.map(({ cluster, row }) => starts[cluster] + row));
      found += exactTop(rows).filter((row) => candidateRows.has(row)).length;
    }
    expect(found / (10 * histories.length)).toBeGreaterThan(0.95);
  });

  it('scores by the weighted means and the three nearest past items', () => {
    const profile = profileOf(Array.from({ length: 9 }, (_, n) => n * 37));
    const some = content.values.subarray(0, 700 * content.width);
    const dot = (row: number, query: Float32Array): number =>
      query.reduce((sum, x, d) => sum + x * some[row * content.width + d], 0);
    for (const [row, score] of contentScores(profile, WEIGHTS, some).entries()) {
      const similarities = profile.past.map((item) => dot(row, item)).sort((a, b) => b - a);
      const nearestHistory = (similarities[0] + similarities[1] + similarities[2]) / 3;
      const means = WEIGHTS.recent * dot(row, profile.recent) + WEIGHTS.session * dot(row, profile.session);
      expect(score).toBeCloseTo(means + WEIGHTS.nearestHistory * nearestHistory, 4);
    }
  });

  it('gives about the same scores by base vectors as by content vectors', () => {
    const profile = profileOf(histories[3]);
    const near = contentScores(baseProfile(profile, axes), WEIGHTS, directory.centroid(0));
    const rows = content.values.subarray(0, starts[1] * content.width);
    const exact = contentScores(profile, WEIGHTS, rows);
    const mean = exact.reduce((sum, score) => sum + score, 0) / exact.length;
    expect(near[0]).toBeCloseTo(mean, 0);
  });

  it('fetches the clusters near the profile, each once while it is kept, and keeps to its budget', async () => {
    const asked: number[] = [];
    const load = (cluster: number): Promise<BaseVectors> => {
      asked.push(cluster);
      return clusters.vectors(cluster);
    };
    const retrieval = new Retrieval(directory, load, 64 * 1024);
    const profile = baseProfile(profileOf(histories[0]), axes);
    await retrieval.candidates(profile, WEIGHTS, { probes: 8 });
    expect(asked).toEqual(retrieval.nearestClusters(profile, WEIGHTS, 8));
    await retrieval.candidates(profile, WEIGHTS, { probes: 8 });
    expect(asked).toHaveLength(8);
    for (const rows of histories)
      await retrieval.candidates(baseProfile(profileOf(rows), axes), WEIGHTS, { probes: 8 });
    expect(retrieval.bytes).toBeLessThanOrEqual(64 * 1024);
  });

  it('continues with the available clusters, and fails if none is available', async () => {
    const gone = new SidestreamError('bundle/unreachable', 'gone');
    const profile = baseProfile(profileOf(histories[0]), axes);
    const [nearest] = new Retrieval(directory, (cluster) => clusters.vectors(cluster)).nearestClusters(
      profile,
      WEIGHTS,
      1,
    );
    const partly = new Retrieval(directory, async (cluster) => {
      if (cluster === nearest) throw gone;
      return clusters.vectors(cluster);
    });
    const candidates = await partly.candidates(profile, WEIGHTS, { probes: 6, limit: 50 });
    expect(candidates).toHaveLength(50);
    expect(candidates.some(({ cluster }) => cluster === nearest)).toBe(false);
    const none = new Retrieval(directory, () => Promise.reject(gone));
    await expect(none.candidates(profile, WEIGHTS)).rejects.toBe(gone);
  });

  it('finds with vector instructions at least the items that it finds without', async () => {
    const rowsBy = async (retrieval: Retrieval): Promise<number[][]> => {
      const found: number[][] = [];
      for (const rows of histories) {
        const options = { probes: Math.ceil(directory.clusters / 10), limit: 100 };
        const candidates = await retrieval.candidates(baseProfile(profileOf(rows), axes), WEIGHTS, options);
        found.push(candidates.map(({ cluster, row }) => starts[cluster] + row));
      }
      return found;
    };
    const load = (cluster: number): Promise<BaseVectors> => clusters.vectors(cluster);
    const without = await rowsBy(new Retrieval(directory, load));
    await loadKernel();
    const by = await rowsBy(new Retrieval(directory, load));
    const share = (found: number[][], of: (n: number) => number[]): number =>
      histories.reduce((sum, _, n) => sum + of(n).filter((row) => found[n].includes(row)).length / of(n).length, 0) /
      histories.length;
    expect(share(by, (n) => without[n])).toBeGreaterThan(0.97);
    const exact = histories.map(exactTop);
    expect(share(by, (n) => exact[n])).toBeGreaterThanOrEqual(share(without, (n) => exact[n]));
  });

  it('scores any number of sets on vector instructions, in any number of turns', async () => {
    await loadKernel();
    for (const [rows, capacity] of [
      [[5], 70],
      [[5, 900], 64],
      [histories[2], 1],
      [Array.from({ length: 30 }, (_, n) => n * 71), 999],
    ] as const) {
      const profile = baseProfile(profileOf([...rows]), axes);
      const sets = await Promise.all([0, 3, 4].map((cluster) => clusters.vectors(cluster)));
      const matrix = createByteMatrix(capacity, axes.dims, 1);
      if (!matrix) throw new Error('the kernel is not loaded');
      const scores = byteScores(profile, WEIGHTS, sets, matrix);
      const expected = sets.flatMap(({ values, scales }) => [...contentScores(profile, WEIGHTS, values, scales)]);
      expect(scores).toHaveLength(expected.length);
      for (const [n, score] of scores.entries()) expect(Math.abs(score - expected[n])).toBeLessThan(1e-3);
    }
    const none = createByteMatrix(8, axes.dims, 1);
    expect(none && byteScores(baseProfile(profileOf([5]), axes), WEIGHTS, [], none)).toEqual(new Float32Array());
  });

  it('names the clusters of the best candidates, best first', () => {
    const candidates = [7, 3, 7, 9].map((cluster, row) => ({ cluster, row, score: -row }));
    expect(clustersOf(candidates, 2)).toEqual([7, 3]);
    expect(clustersOf(candidates, 9)).toEqual([7, 3, 9]);
  });
});
