import { bundleAddress, createRecommender } from '../../client';
import type { Progress, Recommender, RecommenderOptions } from '../../protocol';

type Hear = (progress: Progress) => void;

interface Shared {
  recommender: Promise<Recommender>;
  /** Who waits for it, and hears of its start. */
  waiting: Set<Hear | undefined>;
}

const shared = new Map<string, Shared>();

/** What makes two elements share one recommender; `onProgress` hears of its start, from the first byte on. */
export type SharedKey = Pick<RecommenderOptions, 'bundle' | 'namespace' | 'onProgress'>;

/**
 * The page's one recommender for a bundle and namespace, created by the first caller and joined by all others: five lists
 * on a page cost one worker, also where `createRecommender()` started it with options of the shop's, or does so later. It
 * lives as long as the page. A failed start is forgotten, so that the next call tries again.
 *
 * @param create replaces how a recommender is made, for tests.
 * @throws whatever `createRecommender` rejects with
 */
export async function sharedRecommender(
  { bundle, namespace = 'default', onProgress }: SharedKey,
  create: (options: RecommenderOptions) => Promise<Recommender> = createRecommender,
): Promise<Recommender> {
  const folder = bundleAddress(bundle);
  const key = `${namespace} ${folder}`;
  let joined = shared.get(key);
  if (!joined) {
    const waiting: Shared['waiting'] = new Set();
    const tell: Hear = (progress) => {
      for (const hear of waiting) hear?.(progress);
    };
    joined = { recommender: create({ bundle: folder, namespace, onProgress: tell }), waiting };
    shared.set(key, joined);
  }
  const { recommender, waiting } = joined;
  waiting.add(onProgress);
  try {
    return await recommender;
  } catch (thrown) {
    shared.delete(key);
    throw thrown;
  } finally {
    waiting.delete(onProgress);
  }
}
