import { SidestreamError } from '../../error';
import { refuse } from './create-recommender';

/** What to delete. */
export interface EraseOptions {
  /** Namespace of the shop's lists and of `createRecommender()`. Default `default`. */
  namespace?: string;
}

/**
 * Deletes all our data on this device, as `forget()` does, but without a recommender, a bundle or a worker: the profile, the log,
 * and the visit kept in this tab. Lists of this page and of other tabs forget too and continue as if the shopper had not
 * answered.
 * @throws SidestreamError `runtime/invalid-input` for a wrong option, `store/blocked` when another page holds the database open,
 *   `store/unavailable` if the browser does not let the page delete it
 */
export async function eraseDevice(options: EraseOptions = {}): Promise<void> {
  await refuse(namespaceIn(options), 'pending');
}

/** Checked by hand: pages do not load the schemas. */
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
