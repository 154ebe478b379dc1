import { coreOf } from '../../device/protocol';

/** The connection that owns a source. */
interface Holder {
  recommender: object;
  standDown: () => void;
}

/**
 * Allows one connection of an adapter per recommender and source. A router that puts the body of another document into the page
 * runs its scripts again, and a second connection would track every event twice.
 */
export class OnlyConnection {
  readonly #taken = new WeakMap<object, Map<string, WeakMap<object, Holder>>>();

  /**
   * Claims a source once the recommender is available.
   * @param name distinguishes connections that read one source in different ways
   * @param standDown called if another connection has the source, before later callbacks of the promise run; also called later,
   *   if the page closes the recommender without ending the connection and then connects another handle
   * @returns a function that releases it
   */
  take(recommender: Promise<object>, source: object, name: string, standDown: () => void): () => void {
    let ended = false;
    let sources: WeakMap<object, Holder> | undefined;
    const claim = (given: object): void => {
      if (ended) return;
      const core = coreOf(given);
      const names = this.#taken.get(core) ?? new Map<string, WeakMap<object, Holder>>();
      this.#taken.set(core, names);
      const found = names.get(name) ?? new WeakMap<object, Holder>();
      names.set(name, found);
      const holder = found.get(source);
      if (holder && coreOf(holder.recommender) === core) {
        standDown();
        return;
      }
      holder?.standDown();
      found.set(source, { recommender: given, standDown });
      sources = found;
    };
    // The code that uses the recommender reports a rejection.
    recommender.then(claim, () => undefined);
    return () => {
      ended = true;
      // Another connection may own it by now.
      if (sources?.get(source)?.standDown === standDown) sources.delete(source);
    };
  }
}
