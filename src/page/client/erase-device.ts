import { SidestreamError } from '../../error';
import { refuse } from './create-recommender';

/** What to delete. */
export interface EraseOptions {
  /** That of the shop's lists and of `createRecommender()`. Default `default`. */
  namespace?: string;
}

/**
 * Deletes everything of ours on this device, as `forget()` does, without a recommender, a bundle or a worker: the profile and the
 * log, and what this tab keeps of a visit. Lists of this page and of other tabs forget too, and go on as without an answer.
 * @throws SidestreamError `runtime/invalid-input` for a wrong option, `store/blocked` when another page holds the database open,
 *   `store/unavailable` where the browser does not let the page delete it
 */
export async function eraseDevice(options: EraseOptions = {}): Promise<void> {
  await refuse(namespaceIn(options), 'pending');
}

/** By hand: a page does not load the schemas. */
function namespaceIn(options: unknown): string {
  if (typeof options === 'object' && options !== null && Object.keys(options).every((name) => name === 'namespace')) {
    const { namespace = 'default' } = options as { namespace?: unknown };
    if (typeof namespace === 'string' && namespace.length >= 1 && namespace.length <= 256) return namespace;
  }
  throw new SidestreamError(
    'runtime/invalid-input',
    'eraseDevice() takes nothing, or an object with a namespace of 1 to 256 characters: { namespace: "outlet" }.',
  );
}
