import type { Item } from './item';

/** Which fields the text encoder reads. The category is never among them: it stays a signal of its own. */
export const TEXT_RECIPES = ['title-description', 'title'] as const;

export type TextRecipe = (typeof TEXT_RECIPES)[number];

/**
 * The text of one item as the encoder reads it: title first, because encoders clip long texts at the end.
 * @param recipe default `title-description`
 */
export function itemText(
  item: Pick<Item, 'title'> & Partial<Pick<Item, 'description'>>,
  recipe: TextRecipe = 'title-description',
): string {
  if (recipe === 'title' || !item.description) return item.title;
  return /[.!?:]$/.test(item.title) ? `${item.title} ${item.description}` : `${item.title}. ${item.description}`;
}
