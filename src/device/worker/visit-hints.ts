import type { History } from '../../core/events';
import { parsed } from '../protocol';
import { type HintedCatalog, Hinting, hintsSchema, type ParsedHints, parseHints } from '../ranking';
import type { EngineContext } from './engine-context';

/** The hints of a list in the turn that makes it; null without effect. @param now milliseconds since the epoch */
export type HintsOfList = (history: History, now: number) => HintedCatalog | null;

/** How likely the next choice lies in the category of what the shopper searched for: less than if the page says so. */
const SEARCH_RELIABILITY = 0.2;

const isEmpty = ({ fields, search }: ParsedHints): boolean => fields.length === 0 && search === '';

/**
 * The page's hints about the shopper's goal: only in memory, until everything is forgotten or the shopper denies consent.
 * While it is denied, no hints have an effect.
 */
export class VisitHints {
  #kept: { given: unknown; hinting: Hinting; era: number } | null = null;
  /** From the last search: only lists without other hints have it. */
  #searched: { hinting: Hinting; era: number } | null = null;

  constructor(private readonly context: EngineContext) {}

  /**
   * @param given from the page @param era of the call: hints of an earlier era are dropped
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  set(given: unknown, era: number): void {
    const hints = parsed(hintsSchema, given, 'setHints()', 'hints');
    const { storage, changes } = this.context;
    if (era !== storage.era || storage.consent === 'denied') return;
    this.#kept = isEmpty(hints) ? null : { given, hinting: new Hinting(hints), era };
    this.#searched = null;
    changes.announce();
  }

  /**
   * A weak hint from what the shopper searched for, until the next search: the category of what was found. Lists have it from their
   * next request on; they do not change while the shopper is typing.
   * @param category null if what was found has none in common @param era of the call
   */
  searched(category: string | null, era: number): void {
    const { storage } = this.context;
    if (era !== storage.era || storage.consent === 'denied') return;
    this.#searched =
      category === null ? null : { hinting: new Hinting(parseHints({ category }), SEARCH_RELIABILITY), era };
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
    const { catalog, storage } = this.context;
    const hints = given === undefined ? null : parsed(hintsSchema, given, 'recommend()', 'hints');
    if (hints && isEmpty(hints)) return () => null;
    const own = hints && new Hinting(hints);
    return ({ record, total }, now) => {
      const hinting = own ?? (this.#present ?? this.#presentSearch)?.hinting;
      if (!hinting || storage.consent === 'denied') return null;
      return hinting.of(catalog.index, record.choicesThisVisit(now, total));
    };
  }

  get #present() {
    return this.#kept?.era === this.context.storage.era ? this.#kept : null;
  }

  get #presentSearch() {
    return this.#searched?.era === this.context.storage.era ? this.#searched : null;
  }
}
