import * as v from 'valibot';
import type { Hints } from '../../device/protocol';
import { SidestreamError } from '../../error';

/** Most parameters of a mapping, and values of one of them. */
const MOST = 1000;
/** Longest words of a search, as hints have them. */
const LONGEST_SEARCH = 200;

/**
 * What the parameters of an address say that the shopper looks for: by name, either hints for each value, or `search` where the
 * value is the words of a search. A value that the mapping does not have says nothing.
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
        : v.pipe(v.record(v.string(), object), v.maxEntries(MOST)),
    ),
  ),
  v.maxEntries(MOST),
);

/**
 * Hints from the address of a page:
 * `hintsFromUrl(location.href, { utm_campaign: { 'summer-women': { category: 'Women' } }, q: 'search' })`. Of several parameters
 * that say something of one field, the first of the mapping counts. Values are compared as they are, with upper and lower case.
 * The recommender checks the hints themselves when it gets them.
 * @param url absolute, or relative to nothing: `?q=mug`
 * @returns `{}` where the address says nothing
 * @throws SidestreamError `runtime/invalid-input` for a wrong mapping, naming the place, or for what is no address
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
    if (said === 'search') hints.search ??= value.slice(0, LONGEST_SEARCH);
    else if (Object.hasOwn(said, value)) Object.assign(hints, { ...said[value], ...hints });
  }
  return hints;
}

const invalid = (text: string): SidestreamError =>
  new SidestreamError('runtime/invalid-input', `hintsFromUrl(): ${text}.`);
