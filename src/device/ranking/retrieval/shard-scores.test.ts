import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ClusterDirectory,
  type ContentVectors,
  contentBlend,
  contentVectors,
  openBundle,
  type PrincipalAxes,
  writeBundle,
} from '../../../core/catalog';
import { memoryBundle } from '../../../testing/bundles';
import { topicContent } from '../../../testing/topics';
import { baseProfile, contentProfile, contentScores, nearestClusters } from './content-profile';

const COUNT = 3000;
const WEIGHTS = { recent: 1.8, session: 0.9, nearestHistory: 3.2 };
let content: ContentVectors;
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
  const { clusters } = bundle;
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

describe('clusters near a shopper', () => {
  it('finds most of the items that an exact search of the whole catalogue finds, in a tenth of its clusters', () => {
    let found = 0;
    for (const rows of histories) {
      const most = Math.ceil(directory.clusters / 10);
      const near = nearestClusters(directory, baseProfile(profileOf(rows), axes), WEIGHTS, most);
      found += exactTop(rows).filter((row) => near.some((n) => row >= starts[n] && row < starts[n + 1])).length;
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
    const { values, scales } = directory.centroids;
    const near = contentScores(baseProfile(profile, axes), WEIGHTS, values, scales);
    const rows = content.values.subarray(0, starts[1] * content.width);
    const exact = contentScores(profile, WEIGHTS, rows);
    const mean = exact.reduce((sum, score) => sum + score, 0) / exact.length;
    expect(near[0]).toBeCloseTo(mean, 0);
  });
});
