import type { Item } from '../../core/catalog';

/** Items whose texts are judged, spread evenly over the catalogue: one title says little. */
const ITEMS = 400;
/** Characters of a description. */
const CHARACTERS = 200;
/** Letters from which a language can be told. */
const MIN_LETTERS = 40;

/**
 * The language of the items by their words, as a code of two letters; undefined where they are too few, or in too many languages,
 * to tell.
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
