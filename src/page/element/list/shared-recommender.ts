import type { Progress, Recommender, RecommenderOptions } from '../../../device/protocol';
import { bundleAddress, startRecommender } from '../../client';

/** Options by which elements share one recommender; `onProgress` receives its start, from the first byte on. */
export interface SharedKey
  extends Pick<RecommenderOptions, 'bundle' | 'namespace' | 'market' | 'workerUrl' | 'onProgress'> {
  /** The attribute `consent` of the element. */
  consent?: string;
}

interface Shared {
  recommender: Promise<Recommender>;
  /** Progress callbacks of the callers that wait for it. */
  callbacks: Set<SharedKey['onProgress']>;
}

const shared = new Map<string, Shared>();

/**
 * The page's single recommender for a bundle and namespace, created by the first caller and shared by all further ones: five
 * lists on a page cost one worker, even if `createRecommender()` started it with the shop's options or does so later. It lives as
 * long as the page. After a failed start, the next call tries again.
 *
 * With `consent`, it starts without reading the device's data, and then follows the named tool.
 * @throws the error that `createRecommender` rejects with
 */
export async function sharedRecommender(key: SharedKey): Promise<Recommender> {
  const { bundle, namespace = 'default', market = '', workerUrl = '', consent, onProgress } = key;
  const folder = bundleAddress(bundle);
  const name = `${namespace} ${folder} ${market} ${workerUrl}`;
  let entry = shared.get(name);
  if (!entry) {
    const callbacks: Shared['callbacks'] = new Set();
    const report = (progress: Progress) => {
      for (const callback of callbacks) callback?.(progress);
    };
    entry = {
      recommender: startRecommender(
        {
          bundle: folder,
          namespace,
          onProgress: report,
          ...(market ? { market } : {}),
          ...(workerUrl ? { workerUrl } : {}),
        },
        consent ? 'pending' : undefined,
      ),
      callbacks,
    };
    shared.set(name, entry);
  }
  const { recommender, callbacks } = entry;
  callbacks.add(onProgress);
  // From the first moment on: a refusal needs no recommender and may come while the bundle is loading, or after it failed to
  // load.
  const followed = consent && followConsentOf(namespace, consent, recommender);
  try {
    const started = await recommender;
    await followed;
    return started;
  } catch (thrown) {
    shared.delete(name);
    throw thrown;
  } finally {
    callbacks.delete(onProgress);
  }
}

/**
 * Follows the consent tool that an attribute names. Resolves once the tool's present answer has been carried out, and never
 * rejects.
 * @param recommender null for a list that does not start one yet: until then, only refusals are carried out
 */
export async function followConsentOf(
  namespace: string,
  consent: string,
  recommender: Promise<Recommender> | null,
): Promise<void> {
  try {
    const { follow } = await import('./consent');
    await follow(namespace, consent, recommender);
  } catch (thrown) {
    // If its code does not load, nothing is written.
    reportError(thrown);
  }
}
