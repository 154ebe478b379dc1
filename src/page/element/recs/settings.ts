import type { Placement, RecommendRequest } from '../../../device/protocol';

/** Settings of a list after they were checked: the page's values where they are valid, else the defaults. */
export interface Settings {
  placement: Placement;
  limit: number;
  headingLevel: number;
  layout: 'grid' | 'row' | 'bundle';
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
  layout: ['grid', /^(grid|row|bundle)$/],
  currency: ['', /^([a-z]{3})?$/i],
  lowStock: [5, /^\d{1,9}$/],
  hrefTemplate: ['', /^$|^([^{}]*\{(id|title|category)\})+[^{}]*$/],
};

/** Currencies that the browser knows. Others are used all the same, with a warning. */
let currencies: string[] | undefined;

/** Items beside its own that a bundle has at most, and by default. */
const MOST_IN_BUNDLE = 4;
const BUNDLE = 3;

/**
 * Checked settings of a list, and the names of the invalid ones. Absent ones are valid. What goes with an item, or with the
 * cart, is `complement`; a bundle has no more items than fit beside each other.
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
  if (bundle && settings.limit > MOST_IN_BUNDLE) settings.limit = BUNDLE;
  currencies ??= Intl.supportedValuesOf?.('currency');
  if (settings.currency && currencies?.includes(settings.currency.toUpperCase()) === false) wrong.push('currency');
  return { settings, wrong };
}

/** The settings that a request is made from. */
export interface RequestSettings extends Pick<Settings, 'placement' | 'limit'> {
  /** Any text or list of texts; frameworks may have made a number or nothing of it. */
  itemId: unknown;
  /** Whether the list is about what is in the cart. */
  cartSynced?: boolean;
  /** JSON objects, or their texts; empty or null for none. The recommender checks them. */
  filter: RecommendRequest['filter'] | null;
  hints?: RecommendRequest['hints'] | null;
}

/**
 * The ids in an `item-id`: of one item, or of several as a list or as the JSON text of one. Any other text is one id, spaces
 * and brackets included.
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
 * The request of a list; null while a `similar` or `complement` list is about no item.
 * @param exclude ids that must not be in the response
 * @param taken places of the list that are taken already
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
    // Anything but nothing is sent: an unfiltered list could show items that the shop meant to keep out.
    filter: filter === '' ? undefined : (filter ?? undefined),
    hints: hints || undefined,
  };
}
