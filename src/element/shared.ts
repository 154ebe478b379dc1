import { createRecommender, type Recommender, type RecommenderOptions } from '../recommender';

const shared = new Map<string, Promise<Recommender>>();

/** What makes two elements share one recommender. */
export type SharedKey = Pick<RecommenderOptions, 'bundle' | 'namespace'>;

/**
 * The page's one recommender for a bundle and namespace, created by the first caller and joined by all others: five lists
 * on a page cost one worker. A failed start is forgotten, so that the next call tries again.
 *
 * @param create replaces how a recommender is made, for tests.
 * @throws whatever `createRecommender` rejects with
 */
export function sharedRecommender(
  { bundle, namespace = 'default' }: SharedKey,
  create: (options: RecommenderOptions) => Promise<Recommender> = createRecommender,
): Promise<Recommender> {
  const folder = bundle.endsWith('/') ? bundle : `${bundle}/`;
  const page = globalThis.document?.baseURI;
  const key = `${namespace} ${page && URL.canParse(folder, page) ? new URL(folder, page).href : folder}`;
  const existing = shared.get(key);
  if (existing) return existing;
  const started = create({ bundle: folder, namespace });
  shared.set(key, started);
  started.catch(() => {
    if (shared.get(key) === started) shared.delete(key);
  });
  return started;
}
