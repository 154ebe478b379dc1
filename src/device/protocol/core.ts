/**
 * Key, on every handle, of the object shared by all handles of its recommender. The same symbol in every copy of the
 * package.
 */
const CORE = Symbol.for('sidestream.core');

/** Attaches to a handle the object shared by all handles of its recommender. */
export function setCore(handle: object, core: object): void {
  Object.defineProperty(handle, CORE, { value: core, configurable: true });
}

/** Detaches a closed handle from the others. */
export function unsetCore(handle: object): void {
  Reflect.deleteProperty(handle, CORE);
}

/**
 * The object shared by all handles of one recommender; for a closed handle, or a recommender that is not a handle, itself.
 */
export function coreOf(recommender: object): object {
  const core: unknown = Reflect.get(recommender, CORE);
  return typeof core === 'object' && core !== null ? core : recommender;
}
