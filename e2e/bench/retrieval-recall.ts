import { type BundleClusters, contentBlend, contentVectors, openBundle } from '../../src/catalog';
import { createTable, decodeFeatureShard } from '../../src/catalog/feature-shard';
import { folderFetch } from '../../src/cli/folder-bundle';
import { baseTaste, type ContentTaste, clustersOf, contentScores, contentTaste, Retrieval } from '../../src/ranking';

const SHOPPERS = 12;
const HISTORY = 15;
const TOP = 10;
/** Clusters whose items a page loads. */
const LOADED = 10;
const WEIGHTS = { recent: 1.8, session: 0.9, closest: 3.2 };

interface Best {
  cluster: number;
  row: number;
  score: number;
}

/**
 * Share of the ten items with the best content scores, by an exact search over the whole catalogue, that are among those
 * that a page loads; and how long retrieval takes when its clusters are there.
 */
export async function recall(folder: string): Promise<string> {
  const fetchFile = folderFetch(folder);
  const { manifest, clusters } = await openBundle(fetchFile, undefined, { whole: false });
  if (!clusters) return 'all items are loaded, so the search is exact: recall@10 1';
  const directory = await clusters.directory();
  const axes = await clusters.axes();
  const taps = { text: manifest.modalities.text.taps.length, image: manifest.modalities.image.taps.length };
  const vectorsOf = async (cluster: number) => {
    const count = directory.counts[cluster];
    const table = createTable({ dim: manifest.dim, taps }, count);
    const response = await fetchFile(directory.file(cluster, 'features').file);
    decodeFeatureShard(await response.arrayBuffer(), table, 0, count);
    return contentVectors(table, contentBlend(manifest));
  };
  const tastes: ContentTaste[] = [];
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    tastes.push(await shopperTaste(shopper, clusters, directory.clusters, vectorsOf));
  }
  const best: Best[][] = tastes.map(() => []);
  for (let cluster = 0; cluster < directory.clusters; cluster++) {
    const { values } = await vectorsOf(cluster);
    for (const [shopper, taste] of tastes.entries()) {
      const scores = contentScores(taste, WEIGHTS, values);
      const top = best[shopper];
      for (const [row, score] of scores.entries()) {
        if (top.length >= TOP && score <= top[TOP - 1].score) continue;
        top.push({ cluster, row, score });
        top.sort((a, b) => b.score - a.score);
        top.length = Math.min(top.length, TOP);
      }
    }
  }
  let found = 0;
  const times: number[] = [];
  const retrieval = new Retrieval(directory, (cluster) => clusters.vectors(cluster));
  for (const [shopper, taste] of tastes.entries()) {
    const base = baseTaste(taste, axes);
    const candidates = await retrieval.candidates(base, WEIGHTS);
    const loaded = new Set(clustersOf(candidates, LOADED));
    found += best[shopper].filter(({ cluster }) => loaded.has(cluster)).length;
    for (let n = 0; n < 5; n++) {
      const used = process.cpuUsage();
      await retrieval.candidates(base, WEIGHTS);
      const { user, system } = process.cpuUsage(used);
      times.push((user + system) / 1000);
    }
  }
  const sorted = times.toSorted((a, b) => a - b);
  const share = (found / (TOP * SHOPPERS)).toFixed(3);
  return `recall@10 ${share} over ${SHOPPERS} shoppers; retrieval of 1,000 candidates p50 ${sorted[Math.floor(sorted.length / 2)].toFixed(1)} ms, p95 ${sorted[Math.floor(0.95 * sorted.length)].toFixed(1)} ms of processor time`;
}

/** The taste of somebody with three interests: items of one category each, from three places of the catalogue. */
async function shopperTaste(
  shopper: number,
  clusters: BundleClusters,
  count: number,
  vectorsOf: (cluster: number) => Promise<{ width: number; values: Float32Array }>,
): Promise<ContentTaste> {
  const rows: Float32Array[] = [];
  let width = 0;
  for (let interest = 0; interest < 3; interest++) {
    const cluster = Math.floor(((shopper * 3 + interest + 0.5) * count * 0.618) % count);
    const { items } = await clusters.items(cluster);
    const content = await vectorsOf(cluster);
    width = content.width;
    const { category } = items[Math.floor(items.length / 2)];
    const same = [...items.keys()].filter((row) => items[row].category === category);
    for (let n = 0; n < HISTORY / 3; n++) {
      const row = same[(n * 5) % same.length];
      rows.push(content.values.slice(row * width, (row + 1) * width));
    }
  }
  const values = new Float32Array(rows.length * width);
  // The interests take turns.
  const order = rows.map((_, n) => (n % 3) * (HISTORY / 3) + Math.floor(n / 3));
  for (const [n, from] of order.entries()) values.set(rows[from], n * width);
  const history = { rows: [...order.keys()], strengths: order.map(() => 1) };
  const taste = contentTaste({ count: rows.length, width, values }, history);
  if (!taste) throw new Error('no taste');
  return taste;
}
