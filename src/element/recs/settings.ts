import { SidestreamError } from '../../error';
import type { Placement, RecommendRequest } from '../../protocol';

/** Settings of a list after they were checked: the page's values where they are valid, else the defaults. */
export interface Settings {
  placement: Placement;
  limit: number;
  headingLevel: number;
  layout: 'grid' | 'row';
  currency: string;
  lowStock: number;
  hrefTemplate: string;
  exclude: string[];
}

type Checked = Exclude<keyof Settings, 'exclude'>;

/** Default and pattern of each setting. Numbers are checked as text: frameworks set properties to text, too. */
const CHECKS: { [K in Checked]: [Settings[K], RegExp] } = {
  placement: ['for-you', /^(for-you|similar|complement|trending|recent|again)$/],
  limit: [8, /^([1-9]\d?|100)$/],
  headingLevel: [2, /^[2-6]$/],
  layout: ['grid', /^(grid|row)$/],
  currency: ['', /^([a-z]{3})?$/i],
  lowStock: [5, /^\d{1,9}$/],
  hrefTemplate: ['', /^$|^([^{}]*\{(id|title|category)\})+[^{}]*$/],
};

/** Currencies that the browser knows. Others are used all the same, with a warning. */
let currencies: string[] | undefined;

/** Checked settings of a list, and the names of the invalid ones. Absent ones are valid. */
export function settingsOf(given: Settings): { settings: Settings; wrong: string[] } {
  const exclude: unknown = given.exclude ?? [];
  const wrong = Array.isArray(exclude) ? [] : ['exclude'];
  const entries = Object.entries(CHECKS).map(([name, [otherwise, pattern]]) => {
    const text = String(given[name as Checked] ?? otherwise);
    const right = pattern.test(text);
    if (!right) wrong.push(name);
    return [name, right ? (typeof otherwise === 'number' ? Number(text) : text) : otherwise];
  });
  const settings: Settings = { ...Object.fromEntries(entries), exclude: Array.isArray(exclude) ? exclude : [] };
  currencies ??= Intl.supportedValuesOf?.('currency');
  if (settings.currency && currencies?.includes(settings.currency.toUpperCase()) === false) wrong.push('currency');
  return { settings, wrong };
}

/** The settings that a request is made from. */
export interface RequestSettings extends Pick<Settings, 'placement' | 'limit'> {
  /** Any text; frameworks may have made a number or nothing of it. */
  itemId: unknown;
  /** A JSON object, or its text; empty or null for none. */
  filter: unknown;
}

/**
 * The request of a list; null while a `similar` or `complement` list has no item.
 * @param exclude ids that must not be in the response
 * @param taken places of the list that are taken already
 * @param lang language of the reasons
 * @throws SidestreamError `runtime/invalid-input` when the filter is not a JSON object: an unfiltered list could show items
 *   that the shop meant to keep out
 */
export function requestOf(
  { placement, itemId: given, limit, filter }: RequestSettings,
  exclude: string[],
  taken = 0,
  lang?: string,
): RecommendRequest | null {
  const itemId = `${given ?? ''}`;
  if ((placement === 'similar' || placement === 'complement') && !itemId) return null;
  const request = {
    placement,
    limit: Math.max(1, limit - taken),
    exclude,
    ...(itemId ? { itemId } : {}),
    ...(lang ? { lang } : {}),
  };
  if (filter === '' || filter === null || filter === undefined) return request;
  return { ...request, ...{ filter: parseFilter(filter) } };
}

/**
 * A JSON object, or the one in a text; the recommender validates its contents. Checked by hand: a schema library for one
 * attribute would weigh as much on the page as the rest of this file.
 */
function parseFilter(filter: unknown): object {
  let cause: unknown;
  try {
    const value: unknown = typeof filter === 'string' ? JSON.parse(filter) : filter;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (thrown) {
    cause = thrown;
  }
  const message = `<sidestream-recs> filter: must be a JSON object such as {"category":"Mugs"}, not ${String(filter)}. No list is shown.`;
  throw new SidestreamError('runtime/invalid-input', message, { cause });
}
