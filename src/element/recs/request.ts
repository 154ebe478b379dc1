import { SidestreamError } from '../../error';
import type { Placement, RecommendRequest } from '../../protocol';

/** What a list asks for. */
export interface Wanted {
  placement: Placement;
  /** Any text, or what a framework made of it. */
  itemId: unknown;
  limit: number;
  /** A JSON object, or its text; empty or null for none. */
  filter: unknown;
}

/**
 * A list's request; null while a `similar` or `complement` list has no item.
 * @param exclude ids not to ask for
 * @param taken places of the list that are taken already
 * @param lang language of the reasons
 * @throws SidestreamError `runtime/invalid-input` when the filter is not a JSON object: showing everything instead could
 *   show what the shop meant to keep out
 */
export function requestOf(
  { placement, itemId: given, limit, filter }: Wanted,
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
  return { ...request, ...{ filter: objectOf(filter) } };
}

/**
 * A JSON object, or the one that a text holds; what may stand in it is for the recommender to judge. Checked by hand: a
 * schema library for one attribute would weigh as much on the page as the rest of the list's requests.
 */
function objectOf(filter: unknown): object {
  let cause: unknown;
  try {
    const value: unknown = typeof filter === 'string' ? JSON.parse(filter) : filter;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (thrown) {
    cause = thrown;
  }
  const message = `<sidestream-recs> filter: must be a JSON object such as {"category":"Mugs"}, not ${String(filter)}. No list is shown: it might hold what the filter is to keep out.`;
  throw new SidestreamError('runtime/invalid-input', message, { cause });
}
