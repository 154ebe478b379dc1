import { type CatalogueIndex, type TermSources, type TermValues, termValues } from '../ranking';

/** Values of the terms, computed once for each state of what they come from: a list and the choice from it need the same. */
export class KnownTerms {
  #of: readonly unknown[] = [];
  #values: TermValues | null = null;

  /** As `termValues`. Shared: not to be changed. */
  values(index: CatalogueIndex, sources: TermSources): TermValues {
    const { taste, base, liking, experts } = sources;
    const dismissed = [...taste.dismissed].join();
    // Histories only grow, all else is replaced when it changes.
    const of = [index, taste, taste.rows.length, taste.strengths.at(-1), dismissed, base, liking, experts];
    if (!this.#values || of.some((part, n) => part !== this.#of[n])) {
      this.#values = termValues(index, sources);
      this.#of = of;
    }
    return this.#values;
  }
}
