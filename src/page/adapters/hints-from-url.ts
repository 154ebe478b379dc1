import * as v from 'valibot';
import type { Hints } from '../../device/protocol';
import { SidestreamError } from '../../error';

/** Maximum number of parameters in a mapping, and of values of one parameter. */
const MAX_ENTRIES = 1000;
/** Maximum length of the search words in hints. */
const MAX_SEARCH_LENGTH = 200;

/**
 * How the parameters of an address map to hints: each name has either hints for each value, or `search` if the value holds search
 * words. Values outside the mapping are ignored.
 */
export type HintMapping = Record<string, 'search' | Record<string, Hints>>;

const object = v.custom<Hints>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object of hints, such as {"category": "Women"}',
);
const mappingSchema = v.pipe(
  v.record(
    v.pipe(v.string(), v.minLength(1, 'must not be empty')),
    v.lazy((said) =>
      typeof said === 'string'
        ? v.literal('search', 'must be "search", or an object of hints by value')
        : v.pipe(v.record(v.string(), object), v.maxEntries(MAX_ENTRIES)),
    ),
  ),
  v.maxEntries(MAX_ENTRIES),
);

/**
 * Derives hints from the address of a page: `hintsFromUrl(location.href, { utm_campaign: { 'summer-women': { category: 'Women' }
 * }, q: 'search' })`. If several parameters set the same field, the first in the mapping counts. Values are case-sensitive. The
 * recommender checks the hints themselves when it gets them.
 * @param url absolute, or relative to nothing: `?q=mug`
 * @returns `{}` if no parameter matches
 * @throws SidestreamError `runtime/invalid-input` for a wrong mapping, naming the place, or for an invalid address
 */
export function hintsFromUrl(url: string | URL, mapping: HintMapping): Hints {
  const { success, output, issues } = v.safeParse(mappingSchema, mapping);
  if (!success) {
    const place = v.getDotPath(issues[0]);
    throw invalid(`mapping${place ? `.${place}` : ''}: ${issues[0].message}`);
  }
  const base = 'https://page.invalid/';
  if (!URL.canParse(String(url), base)) throw invalid('url: must be an address, such as location.href');
  const { searchParams } = new URL(String(url), base);
  const hints: Hints = {};
  for (const [name, said] of Object.entries(output)) {
    const value = searchParams.get(name)?.trim();
    if (!value) continue;
    if (said === 'search') hints.search ??= value.slice(0, MAX_SEARCH_LENGTH);
    else if (Object.hasOwn(said, value)) Object.assign(hints, { ...said[value], ...hints });
  }
  return hints;
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `hintsFromUrl(): ${text}.`);
