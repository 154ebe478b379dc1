import { coreOf } from '../protocol';

/**
 * Lets an adapter be connected once per recommender and source. A router that puts the body of another document into the page runs
 * its scripts again, and a second connection would track every event twice.
 */
export class OnlyConnection {
  readonly #taken = new WeakMap<object, Map<string, WeakSet<object>>>();

  /**
   * Takes a source, once the recommender is there.
   * @param name tells connections that read one source differently apart
   * @param standDown called where another connection has it; by the time that later callbacks of the promise run
   * @returns a function that gives it back
   */
  take(recommender: Promise<object>, source: object, name: string, standDown: () => void): () => void {
    let ended = false;
    let sources: WeakSet<object> | undefined;
    const claim = (given: object): void => {
      if (ended) return;
      const core = coreOf(given);
      const names = this.#taken.get(core) ?? new Map<string, WeakSet<object>>();
      this.#taken.set(core, names);
      const found = names.get(name) ?? new WeakSet();
      names.set(name, found);
      if (found.has(source)) {
        standDown();
        return;
      }
      found.add(source);
      sources = found;
    };
    // A rejection is reported with what needs the recommender.
    recommender.then(claim, () => undefined);
    return () => {
      ended = true;
      sources?.delete(source);
    };
  }
}
