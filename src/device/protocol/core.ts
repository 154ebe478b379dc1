/** On every handle: what it shares with the other handles of its recommender. The same symbol in every copy of the package. */
const CORE = Symbol.for('sidestream.core');

/** Marks a handle with what all handles of its recommender share. */
export function setCore(handle: object, core: object): void {
  Object.defineProperty(handle, CORE, { value: core, configurable: true });
}

/** Parts a handle that is closed from the others. */
export function unsetCore(handle: object): void {
  Reflect.deleteProperty(handle, CORE);
}

/** An object that all handles of one recommender share; a recommender that is no handle, or a closed one, is its own. */
export function coreOf(recommender: object): object {
  const core: unknown = Reflect.get(recommender, CORE);
  return typeof core === 'object' && core !== null ? core : recommender;
}
