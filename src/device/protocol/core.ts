/**
 * Key, on every handle, of the object shared by all handles of its recommender. The same symbol in every copy of the
 * package.
 */
export const CORE = Symbol.for('sidestream.core');

/**
 * The object shared by all handles of one recommender; for a closed handle, or a recommender that is not a handle, itself.
 */
export function coreOf(recommender: object): object {
  const core: unknown = Reflect.get(recommender, CORE);
  return typeof core === 'object' && core !== null ? core : recommender;
}
