import type { History } from '../../core/events';
import { parsed } from '../protocol';
import type { HintedCatalog } from '../ranking';
import { Hinting, hintsSchema } from '../ranking/hints';
import type { EngineContext } from './engine-context';

/** The hints of a list in the turn that makes it; null without effect. @param now milliseconds since the epoch */
export type HintsOfList = (history: History, now: number) => HintedCatalog | null;

/**
 * The page's hints about the shopper's goal: only in memory, until everything is forgotten or the shopper denies consent.
 * While it is denied, no hints have an effect.
 */
export class VisitHints {
  readonly #context: EngineContext;
  #kept: { given: unknown; hinting: Hinting; era: number } | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /**
   * @param given from the page @param era of the call: hints of an earlier era are dropped
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  set(given: unknown, era: number): void {
    const hinting = new Hinting(parsed(hintsSchema, given, 'setHints()', 'hints'));
    const { storage, changes } = this.#context;
    if (era !== storage.era || storage.consent === 'denied') return;
    this.#kept = { given, hinting, era };
    changes.announce();
  }

  /** The hints of this visit as they were given; undefined without. */
  get given(): unknown {
    return this.#present?.given;
  }

  /**
   * The hints of one list.
   * @param given hints of its request, which override the visit's
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  of(given?: unknown): HintsOfList {
    const { catalog, storage } = this.#context;
    const own = given === undefined ? null : new Hinting(parsed(hintsSchema, given, 'recommend()', 'hints'));
    return ({ record, total }, now) => {
      const hinting = own ?? this.#present?.hinting;
      if (!hinting || storage.consent === 'denied') return null;
      return hinting.of(catalog.index, record.choicesThisVisit(now, total));
    };
  }

  get #present() {
    return this.#kept?.era === this.#context.storage.era ? this.#kept : null;
  }
}
