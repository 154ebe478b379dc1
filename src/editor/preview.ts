import type { Recommender } from '../device/protocol';
import type { Catalog } from './catalog';

/** Number of products that a simulated shopper has looked at. */
const VIEWED = 5;

/** The package's own scripts, which a shop's pages load too. */
const element: Promise<typeof import('../page/client')> = import(
  /* @vite-ignore */ new URL('sidestream/sidestream.js', document.baseURI).href
);

/**
 * The lists of a shopper who looked at products of a category, and who is forgotten with the page.
 * @param category empty for somebody unknown
 */
export async function simulatedShopper(category: string, { products }: Catalog): Promise<Recommender> {
  const { createRecommender } = await element;
  const namespace = `rules editor ${Date.now()}`;
  // Without consent, the profile is only in memory.
  const recommender = await createRecommender({ bundle: 'bundle/', namespace, consent: 'pending' });
  const liked = products.filter((product) => category !== '' && isIn(product.category, category));
  for (const { id } of liked.slice(0, VIEWED)) await recommender.track('view', id);
  return recommender;
}

const isIn = (paths: string, category: string): boolean =>
  paths.split('|').some((path) => `${path.trim()}/`.startsWith(`${category}/`));
