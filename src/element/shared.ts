import { createRecommender, type Progress, type Recommender, type RecommenderOptions } from '../recommender';

type Hear = (progress: Progress) => void;

interface Shared {
  recommender: Promise<Recommender>;
  /** Who hears of the start; null once it is over. */
  waiting: Set<Hear> | null;
}

const shared = new Map<string, Shared>();

/** What makes two elements share one recommender; `onProgress` hears of its start, from the first byte on. */
export type SharedKey = Pick<RecommenderOptions, 'bundle' | 'namespace' | 'onProgress'>;

/**
 * The page's one recommender for a bundle and namespace, created by the first caller and joined by all others: five lists
 * on a page cost one worker. A failed start is forgotten, so that the next call tries again.
 *
 * @param create replaces how a recommender is made, for tests.
 * @throws whatever `createRecommender` rejects with
 */
export function sharedRecommender(
  { bundle, namespace = 'default', onProgress }: SharedKey,
  create: (options: RecommenderOptions) => Promise<Recommender> = createRecommender,
): Promise<Recommender> {
  const folder = bundle.endsWith('/') ? bundle : `${bundle}/`;
  const page = globalThis.document?.baseURI;
  const key = `${namespace} ${page && URL.canParse(folder, page) ? new URL(folder, page).href : folder}`;
  const joined = shared.get(key) ?? start(key, { bundle: folder, namespace }, create);
  if (onProgress) joined.waiting?.add(onProgress);
  return joined.recommender;
}

function start(
  key: string,
  options: RecommenderOptions,
  create: (options: RecommenderOptions) => Promise<Recommender>,
): Shared {
  const waiting = new Set<Hear>();
  const onProgress: Hear = (progress) => {
    for (const hear of waiting) hear(progress);
  };
  const started: Shared = { recommender: create({ ...options, onProgress }), waiting };
  shared.set(key, started);
  started.recommender.then(
    () => {
      waiting.clear();
      started.waiting = null;
    },
    () => {
      if (shared.get(key) === started) shared.delete(key);
    },
  );
  return started;
}
