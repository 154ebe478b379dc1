import * as v from 'valibot';
import type { Item } from '../../core/catalog';
import { kept } from '../../core/common/grouped';
import { folded } from '../../core/common/words';
import type { CatalogIndex } from './catalog-index';
import { type Scored, withParts } from './rank-state';
import { deviation } from './rules/apply-rules';
import {
  type Filter,
  type FilterCondition,
  type FilterField,
  type FilterValue,
  filterSchema,
  fromPage,
  isRecord,
  itemFilter,
  type Refuse,
  VALUE,
} from './rules/filter';

/** A hint for a field: a value, a list of 1 to 50 alternative values, or a condition as in a filter. */
export type HintValue = FilterValue | readonly FilterValue[] | FilterCondition;

/**
 * Hints of what the shopper looks for in this visit, as far as the page knows: `{ category: 'Women', 'attributes.size': ['M',
 * 'L'] }`. Its names are the fields of a filter, at most 20, and `search`: the words of a search, at most 200 characters.
 *
 * Hints raise fitting items in `for-you` and exclude none. They are kept in memory only, and nothing is learned from them.
 */
export type Hints = { search?: string } & { [field in FilterField]?: HintValue };

/** The hints of a visit, applied to one catalogue after some choices. Made by `ranking/hints`, which is loaded late. */
export type HintedCatalog = ReturnType<Hinting['of']>;

const MAX_FIELDS = 20;
const MAX_VALUES = 50;
const MAX_SEARCH_LENGTH = 200;

interface FieldHint {
  field: string;
  /** Alternatives: an item must fit only one. `value`: its text; null for a condition. */
  options: { filter: Filter; value: FilterValue | null }[];
}

export interface ParsedHints {
  fields: FieldHint[];
  /** The words of a search as the shopper typed them; empty without a search. */
  search: string;
}

/** Parses hints that were already validated. @throws ValiError for invalid hints */
export const parseHints = (hints: Hints): ParsedHints => v.parse(hintsSchema, hints);

/** Hints as they come from the page: an object, or its JSON text, as an attribute has it. */
export const hintsSchema = fromPage(hintsOf, '{}');

function hintsOf(given: unknown, refuse: Refuse): ParsedHints {
  if (!isRecord(given)) refuse('must be an object such as {"category": "Women"}, or its JSON text', []);
  const entries = Object.entries(isRecord(given) ? given : {}).filter(([, value]) => value !== undefined);
  if (entries.length > MAX_FIELDS) refuse(`must have at most ${MAX_FIELDS} fields`, []);
  const { search = '', ...fields } = Object.fromEntries(entries);
  const isText = typeof search === 'string' && search.length <= MAX_SEARCH_LENGTH;
  if (!isText) refuse(`must be a text of at most ${MAX_SEARCH_LENGTH} characters`, ['search']);
  return {
    fields: Object.entries(fields).map(([field, value]) => ({ field, options: optionsOf(field, value, refuse) })),
    search: isText ? search.trim() : '',
  };
}

function optionsOf(field: string, given: unknown, refuse: Refuse): FieldHint['options'] {
  if (field.startsWith('$')) refuse('is not a field: hints have fields of items, and search', [field]);
  if (!Array.isArray(given)) return optionOf(field, given, refuse);
  if (given.length === 0 || given.length > MAX_VALUES) refuse(`must have 1 to ${MAX_VALUES} values`, [field]);
  return given.slice(0, MAX_VALUES).flatMap((value, n) => optionOf(field, value, refuse, n));
}

/** @param n place in a list, which has no conditions */
function optionOf(field: string, value: unknown, refuse: Refuse, ...n: number[]): FieldHint['options'] {
  const isCondition = typeof value === 'object';
  // A list, such as tags, fits if it contains the text.
  const condition = typeof value === 'string' && field !== 'category' ? { $contains: value } : value;
  const found = v.safeParse(filterSchema, { [field]: condition });
  if (value === '') refuse('must not be empty', [field, ...n]);
  else if (!found.success) {
    const [{ message, path = [] }] = found.issues;
    refuse(message, [field, ...n, ...path.slice(1).map(({ key }) => key as string | number)]);
  } else if (isCondition && n.length > 0) refuse(VALUE, [field, ...n]);
  else return [{ filter: found.output, value: isCondition ? null : (value as FilterValue) }];
  return [];
}

/** How likely the next choice fits a hint, before any choice of the visit. See docs/results/measured.md for how it was chosen. */
export const RELIABILITY = 0.5;

const MAX_WORDS = 12;

interface HintFit {
  fit: Float32Array;
  nameOf(item: Item): string | null;
}

/**
 * How well every item fits the hints, as log-odds. If the next choice fits a hint with probability `reliability`, and a
 * share b of the catalogue fits it, a fitting item gets logit(reliability) - logit(b), and a partly fitting item that part
 * of it. Hints add up as if they were independent. A hint that fits most of the catalogue has no effect.
 */
export function hintLifts(items: readonly Item[], hints: ParsedHints, reliability = RELIABILITY) {
  const fits = [...hints.fields.map((hint) => fieldFit(items, hint)), ...searchFit(items, hints.search)];
  const parts = fits.map(({ fit, nameOf }) => {
    const share = fit.reduce((sum, value) => sum + value, 0) / Math.max(1, items.length);
    const gap = share > 0 ? Math.max(0, logit(reliability) - logit(share)) : 0;
    return { nameOf, lift: fit.map((value) => gap * value) };
  });
  return {
    lifts: Float32Array.from(items, (_, row) => parts.reduce((sum, { lift }) => sum + lift[row], 0)) as Float32Array,
    /** Name of the hint with the greatest effect on an item; null if that hint has no name. */
    nameOf(row: number): string | null {
      const [most] = parts.filter(({ lift }) => lift[row] > 0).sort((a, b) => b.lift[row] - a.lift[row]);
      return most?.nameOf(items[row]) ?? null;
    },
  };
}

/** A share of 1 counts as slightly less. */
const logit = (share: number): number => Math.log(share / Math.max(1e-9, 1 - share));

function fieldFit(items: readonly Item[], { field, options }: FieldHint): HintFit {
  const tests = options.map(({ filter, value }) => ({ value, fits: itemFilter(filter) }));
  return {
    fit: Float32Array.from(items, (item) => (tests.some(({ fits }) => fits(item)) ? 1 : 0)),
    nameOf(item) {
      const value = tests.find(({ fits }) => fits(item))?.value ?? null;
      if (value === null) return null;
      if (field === 'category') return String(value).split('/').at(-1) ?? null;
      // A size "M" or a "true" means nothing on its own.
      const name = field.replace('attributes.', '');
      return typeof value === 'string' && value.length > 2 ? value : `${name} ${value}`;
    },
  };
}

/** The share of the search's words that each item has in title or category. */
function searchFit(items: readonly Item[], search: string): HintFit[] {
  const words = [...new Set(folded(search).split(/\s+/).filter(Boolean))].slice(0, MAX_WORDS);
  if (words.length === 0) return [];
  const fit = Float32Array.from(items, (item) => {
    const text = textOf(item);
    return words.filter((word) => text.includes(word)).length / words.length;
  });
  return [{ fit, nameOf: () => search }];
}

const texts = new WeakMap<Item, string>();

const textOf = (item: Item): string => kept(texts, item, () => folded(`${item.title} ${item.category}`));

/** Choices of the visit after which hints count half. See docs/results/measured.md for how it was chosen. */
const PRIOR_CHOICES = 1;

/** Contributions that are the same for every shopper: a hint is a better reason than these. */
const COMMON = ['popularity', 'variety', 'coldStart'];

/** The remaining weight of hints after some choices of the visit: the weight of a prior of one choice beside them. */
export const hintFade = (choices: number): number => PRIOR_CHOICES / (PRIOR_CHOICES + Math.max(0, choices));

export class Hinting {
  readonly #known = new WeakMap<CatalogIndex, ReturnType<typeof hintLifts>>();

  /** @param reliability of the hints, 0 to 1. Default: the reliability of hints from the page */
  constructor(
    readonly hints: ParsedHints,
    private readonly reliability?: number,
  ) {}

  /**
   * @param choices of the shopper's in this visit
   * @returns `lifts`: [items] log-odds by which each item fits, at least 0, before any choice; `apply` adds them to the scores of a list, as
   *   the contribution `hint`
   */
  of(index: CatalogIndex, choices: number) {
    const { lifts, nameOf } = kept(this.#known, index, () => hintLifts(index.items, this.hints, this.reliability));
    return { lifts, apply: (scored: Scored) => hintedList(scored, lifts, nameOf, hintFade(choices)) };
  }
}

/**
 * Scale of log-odds in a list: 1 beside scores that are log-odds themselves, such as the personal score and popularity; the
 * standard deviation if the scores differ by less than 1, such as similarities to an item in view.
 */
export const hintScale = (scores: Float32Array): number => Math.min(1, deviation(scores));

function hintedList(scored: Scored, lifts: Float32Array, nameOf: (row: number) => string | null, fade: number): Scored {
  const scale = fade * hintScale(scored.score.filter((value, row) => Number.isFinite(value) && scored.holds(row)));
  const hint = (row: number): number => Math.fround(scale * lifts[row]);
  return {
    ...withParts(scored, (row): Record<string, number> => (hint(row) === 0 ? {} : { hint: hint(row) })),
    reasonKind(row) {
      const reason = scored.reasonKind(row);
      const name = hint(row) > 0 && reason.kind !== 'again' ? nameOf(row) : null;
      const others = Object.entries(scored.contributions(row)).filter(([term]) => !COMMON.includes(term));
      return name !== null && others.every(([, part]) => part < hint(row)) ? { kind: 'hint', name } : reason;
    },
  };
}
