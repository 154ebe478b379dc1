import type { RecommendRequest } from '../../../device/protocol';
import type { ListProperties } from '../properties';

/** Checked settings of a list: the page's values if they are valid, otherwise the defaults. */
export type Settings = Pick<
  ListProperties,
  'placement' | 'limit' | 'headingLevel' | 'layout' | 'currency' | 'lowStock' | 'hrefTemplate' | 'exclude'
>;

type Checked = Exclude<keyof Settings, 'exclude'>;

/** Default and pattern of each setting. Numbers are checked as text, because frameworks may set properties to text. */
const CHECKS: { [K in Checked]: [Settings[K], RegExp] } = {
  placement: ['for-you', /^(for-you|similar|complement|trending|recent|again)$/],
  limit: [8, /^([1-9]\d?|100)$/],
  headingLevel: [2, /^[2-6]$/],
  layout: ['grid', /^(grid|row|feed|bundle)$/],
  currency: ['', /^([a-z]{3})?$/i],
  lowStock: [5, /^\d{1,9}$/],
  hrefTemplate: ['', /^$|^([^{}]*\{(id|title|category|path)\})+[^{}]*$/],
};

/** Currencies that the browser knows. Other currencies are still used, with a warning. */
let currencies: string[] | undefined;

/** Maximum and default number of items in a bundle, not counting its main item. */
const MAX_BUNDLE_ITEMS = 4;
const BUNDLE = 3;

/**
 * Checked settings of a list, and the names of the invalid ones. Absent ones are valid. A bundle and a list synced with the cart
 * have the placement `complement`; a bundle has no more items than fit side by side.
 */
export function settingsOf(given: Settings & { cartSynced?: boolean }): { settings: Settings; wrong: string[] } {
  const exclude: unknown = given.exclude ?? [];
  const wrong = Array.isArray(exclude) ? [] : ['exclude'];
  const entries = Object.entries(CHECKS).map(([name, [otherwise, pattern]]) => {
    const text = String(given[name as Checked] ?? otherwise);
    const right = pattern.test(text);
    if (!right) wrong.push(name);
    return [name, right ? (typeof otherwise === 'number' ? Number(text) : text) : otherwise];
  });
  const settings: Settings = { ...Object.fromEntries(entries), exclude: Array.isArray(exclude) ? exclude : [] };
  const bundle = settings.layout === 'bundle';
  if ((bundle || given.cartSynced) && settings.placement === 'for-you') settings.placement = 'complement';
  if (bundle && settings.limit > MAX_BUNDLE_ITEMS) settings.limit = BUNDLE;
  currencies ??= Intl.supportedValuesOf?.('currency');
  if (settings.currency && currencies?.includes(settings.currency.toUpperCase()) === false) wrong.push('currency');
  return { settings, wrong };
}

export interface RequestSettings extends Pick<Settings, 'placement' | 'limit'> {
  /** Any text or list of texts; frameworks may have turned it into a number or unset it. */
  itemId: unknown;
  /** Whether the list goes with the content of the cart. */
  cartSynced?: boolean;
  /** JSON objects, or their texts; empty or null if absent. The recommender checks them. */
  filter: RecommendRequest['filter'] | null;
  hints?: RecommendRequest['hints'] | null;
}

/**
 * The ids in an `item-id`: one id, or several as a list or as the JSON text of a list. Any other text is one id, including spaces
 * and brackets.
 */
export function idsInView(given: unknown): string[] {
  let ids = given;
  try {
    if (typeof given === 'string' && given[0] === '[') ids = JSON.parse(given);
  } catch {
    // An id may begin with a bracket.
  }
  return [ids ?? []].flat().map(String).filter(Boolean);
}

/**
 * The request of a list; null while a `similar` or `complement` list has no item.
 * @param exclude ids that must not be in the response
 * @param taken number of places in the list that are already taken
 * @param lang language of the reasons
 */
export function requestOf(
  { placement, itemId, cartSynced, limit, filter, hints }: RequestSettings,
  exclude: string[],
  taken = 0,
  lang?: string,
): RecommendRequest | null {
  const ids = idsInView(itemId);
  if ((placement === 'similar' || placement === 'complement') && !ids[0] && !cartSynced) return null;
  return {
    placement,
    limit: Math.max(1, limit - taken),
    exclude,
    itemId: ids[1] ? ids : ids[0],
    cart: cartSynced,
    ...(lang ? { lang } : {}),
    // Any non-empty filter is sent, even an invalid one: an unfiltered list could show items that the shop meant to exclude.
    filter: filter === '' ? undefined : (filter ?? undefined),
    hints: hints || undefined,
  };
}
