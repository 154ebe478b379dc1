import type { BundleClusters, ContentVectors } from '../../src/core/catalog';
import { type ContentProfile, contentProfile } from '../../src/device/ranking';

const HISTORY = 15;

/**
 * The content profile of a shopper with three interests: items of one category each, from three places of the catalogue.
 * @param count clusters
 */
export async function shopperProfile(
  shopper: number,
  clusters: BundleClusters,
  count: number,
  vectorsOf: (cluster: number) => Promise<ContentVectors>,
): Promise<ContentProfile> {
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
  const profile = contentProfile({ count: rows.length, width, values }, history);
  if (!profile) throw new Error('no profile');
  return profile;
}
