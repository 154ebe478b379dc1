import type { Item } from '../../core/catalog';

/** Number of items whose texts are examined, spread evenly over the catalogue: a single title says little. */
const ITEMS = 400;
/** Number of characters used of a description. */
const CHARACTERS = 200;
/** Minimum number of letters for detecting a language. */
const MIN_LETTERS = 40;

/**
 * The language of the items' words, as a two-letter code; undefined if there are too few words or too many languages.
 */
export async function detectLanguage(
  items: readonly Pick<Item, 'title' | 'description'>[],
): Promise<string | undefined> {
  const every = Math.max(1, items.length / ITEMS);
  const sample = Array.from({ length: Math.min(ITEMS, items.length) }, (_, n) => items[Math.floor(n * every)]);
  const text = sample.map(({ title, description }) => `${title}. ${description.slice(0, CHARACTERS)}`).join('\n');
  if ((text.match(/\p{L}/gu)?.length ?? 0) < MIN_LETTERS) return undefined;
  // Its table of letter groups is 1.6 MB: no other command needs it.
  const { eld } = await import('eld/small');
  const found = eld.detect(text);
  return found.isReliable() && found.language !== '' ? found.language : undefined;
}
