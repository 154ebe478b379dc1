import type { BundleClusters, ContentVectors } from '../../src/core/catalog';
import { baseProfile, type ContentProfile, contentProfile, nearestClusters, topRows } from '../../src/device/ranking';
import { contentScores } from '../../src/device/ranking/retrieval/content-profile';
import { clusterContents } from './retrieval-bundle';
import { spread, timed } from './timing';

/** Number of shoppers whose lists are compared with an exact search. */
const SHOPPERS = 12;
const TOP = 10;
/** Number of clusters whose items a page loads. */
const LOADED = 10;
const WEIGHTS = { recent: 1.8, session: 0.9, nearestHistory: 3.2 };
const CANDIDATES = 1000;
/** Number of shoppers whose requests are timed, each several times. */
const TIMED_SHOPPERS = 40;
const TIMED_REQUESTS = 5;
const TIMED_SCANS = 3;

/** Recall and time of retrieval, both compared with an exact search in the same run, in words. */
export async function recall(folder: string): Promise<string[]> {
  const found = await clusterContents(folder);
  if (!found) return ['all items are loaded, so the search is exact: recall@10 1'];
  const { clusters, contents, count } = found;
  const profiles: ContentProfile[] = [];
  for (let shopper = 0; shopper < TIMED_SHOPPERS; shopper++) {
    profiles.push(await shopperProfile(shopper, clusters, contents));
  }
  return [
    await quality(clusters, profiles.slice(0, SHOPPERS), contents),
    ...(await times(clusters, profiles, contents, count)),
  ];
}

const HISTORY = 15;

/** The content profile of a shopper with three interests, each a category from another part of the catalogue. */
async function shopperProfile(
  shopper: number,
  clusters: BundleClusters,
  contents: readonly ContentVectors[],
): Promise<ContentProfile> {
  const [{ width }] = contents;
  const values = new Float32Array(HISTORY * width);
  for (let interest = 0; interest < 3; interest++) {
    const cluster = Math.floor(((shopper * 3 + interest + 0.5) * contents.length * 0.618) % contents.length);
    const { items } = await clusters.items(cluster);
    const { category } = items[Math.floor(items.length / 2)];
    const same = [...items.keys()].filter((row) => items[row].category === category);
    for (let n = 0; n < HISTORY / 3; n++) {
      const row = same[(n * 5) % same.length];
      // The interests alternate.
      values.set(contents[cluster].values.subarray(row * width, (row + 1) * width), (3 * n + interest) * width);
    }
  }
  const rows = Array.from({ length: HISTORY }, (_, n) => n);
  const profile = contentProfile({ count: HISTORY, width, values }, { rows, strengths: rows.map(() => 1) });
  if (!profile) throw new Error('no profile');
  return profile;
}

interface Best {
  cluster: number;
  row: number;
  score: number;
}

/** Share of the ten items with the best content scores in the whole catalogue that are among the items that a page loads. */
async function quality(
  clusters: BundleClusters,
  profiles: ContentProfile[],
  content: ContentVectors[],
): Promise<string> {
  const [directory, axes] = [await clusters.directory(), await clusters.axes()];
  let found = 0;
  for (const profile of profiles) {
    const best: Best[] = [];
    for (const [cluster, { values }] of content.entries()) {
      for (const [row, score] of contentScores(profile, WEIGHTS, values).entries()) {
        if (best.length >= TOP && score <= best[TOP - 1].score) continue;
        best.push({ cluster, row, score });
        best.sort((a, b) => b.score - a.score);
        best.length = Math.min(best.length, TOP);
      }
    }
    const loaded = new Set(nearestClusters(directory, baseProfile(profile, axes), WEIGHTS, LOADED));
    found += best.filter(({ cluster }) => loaded.has(cluster)).length;
  }
  return `recall@10 ${(found / (TOP * profiles.length)).toFixed(3)} over ${profiles.length} shoppers`;
}

/** Time to choose the clusters of a shopper, and of an exact scan. */
async function times(
  clusters: BundleClusters,
  profiles: ContentProfile[],
  content: ContentVectors[],
  count: number,
): Promise<string[]> {
  const [directory, axes] = [await clusters.directory(), await clusters.axes()];
  const choose = (profile: ContentProfile): number[] =>
    nearestClusters(directory, baseProfile(profile, axes), WEIGHTS, LOADED);
  // The first calls of a process include compilation.
  for (const profile of profiles.slice(0, 4)) for (let n = 0; n < 5; n++) choose(profile);
  const [chosen, scan] = [timed(), timed()];
  for (const profile of profiles) {
    for (let n = 0; n < TIMED_REQUESTS; n++) await chosen.of(async () => void choose(profile));
  }
  for (const profile of profiles.slice(0, TIMED_SCANS)) {
    await scan.of(async () => {
      const scores = new Float32Array(count);
      let at = 0;
      for (const { values, count: rows } of content) {
        scores.set(contentScores(profile, WEIGHTS, values), at);
        at += rows;
      }
      topRows(scores, CANDIDATES);
    });
  }
  const ratio = spread(scan.wall).middle / spread(chosen.wall).middle;
  return [
    `choice of ${LOADED} clusters, ${chosen.wall.length} requests of ${profiles.length} shoppers: ${chosen}`,
    `an exact scan of all items in float32: ${scan}; the choice is ${ratio.toFixed(0)} times as fast`,
  ];
}
