import type { History } from '../../../core/events';
import { type Consent, parsed } from '../../protocol';
import {
  type CatalogIndex,
  filteredCategories,
  type HintedCatalog,
  Hinting,
  hintsSchema,
  type ParsedHints,
  parseHints,
} from '../../ranking';
import type { ListChanges } from '../tasks';

/** The hints of a list in the turn that makes it; null without effect. @param now milliseconds since the epoch */
export type HintsOfList = (history: History, now: number) => HintedCatalog | null;

/** How likely the next choice lies in the category of what the shopper searched for: less than if the page says so. */
const SEARCH_RELIABILITY = 0.2;

const isEmpty = ({ fields, search }: ParsedHints): boolean => fields.length === 0 && search === '';

/** The hints of a request: undefined without, null if it has none on purpose. @throws SidestreamError `runtime/invalid-input` */
function ownHints(given: unknown): Hinting | null | undefined {
  if (given === undefined) return undefined;
  const hints = parsed(hintsSchema, given, 'recommend()', 'hints');
  return isEmpty(hints) ? null : new Hinting(hints);
}

/** Hints of one era. `searched` is from the last search: only lists without other hints have it. */
interface HintsOfVisit {
  era: number;
  /** As the page gave them, and their meaning. */
  given?: unknown;
  page?: Hinting;
  searched?: Hinting;
}

/**
 * The page's hints about the shopper's goal: only in memory, until everything is forgotten or the shopper denies consent.
 * While it is denied, no hints have an effect.
 */
export class VisitHints {
  #hints: HintsOfVisit = { era: 0 };

  constructor(
    private readonly device: { readonly era: number; readonly consent: Consent },
    private readonly catalog: { readonly index: CatalogIndex },
    private readonly changes: ListChanges,
  ) {}

  /**
   * @param given from the page @param era of the call: hints of an earlier era are dropped
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  set(given: unknown, era: number): void {
    const hints = parsed(hintsSchema, given, 'profile.setHints()', 'hints');
    if (this.#refuses(era)) return;
    this.#hints = isEmpty(hints) ? { era } : { era, given, page: new Hinting(hints) };
    this.changes.announce();
  }

  /**
   * A weak hint from what the shopper searched for, until the next search: the category of what was found. Lists have it from their
   * next request on; they do not change while the shopper is typing.
   * @param category null if what was found has none in common @param era of the call
   */
  searched(category: string | null, era: number): void {
    if (this.#refuses(era)) return;
    const searched = category === null ? undefined : new Hinting(parseHints({ category }), SEARCH_RELIABILITY);
    this.#hints = { ...this.#present, era, searched };
  }

  /** The hints of this visit as they were given; undefined without. */
  get given(): unknown {
    return this.#present.given;
  }

  /**
   * The hints of one list.
   * @param given hints of its request, which override the visit's
   * @throws SidestreamError `runtime/invalid-input` naming the field
   */
  of(given?: unknown): HintsOfList {
    const own = ownHints(given);
    return ({ record, total }, now) =>
      this.#presentOr(own)?.of(this.catalog.index, record.choicesThisVisit(now, total)) ?? null;
  }

  /** Categories and words of the items that fit the hints of one list. @param given as for `of` */
  wanted(given?: unknown): { categories: string[]; search: string } {
    const { fields = [], search = '' } = this.#presentOr(ownHints(given))?.hints ?? {};
    const filters = fields.flatMap(({ options }) => options.map(({ filter }) => filter));
    return { categories: filters.flatMap(filteredCategories), search };
  }

  /** @param own of a list; undefined without: the visit's count */
  #presentOr(own: Hinting | null | undefined): Hinting | null {
    if (this.device.consent === 'denied') return null;
    const { page, searched = null } = this.#present;
    return own === undefined ? (page ?? searched) : own;
  }

  #refuses(era: number): boolean {
    return era !== this.device.era || this.device.consent === 'denied';
  }

  get #present(): HintsOfVisit {
    return this.#hints.era === this.device.era ? this.#hints : { era: this.device.era };
  }
}
