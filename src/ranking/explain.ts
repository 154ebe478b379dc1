import { categoryPaths } from '../catalog';
import type { CatalogueIndex } from './catalogue-index';
import type { Taste, TermName } from './terms';

/**
 * One sentence that names the strongest ground of a personal recommendation: the past item it resembles most, or the
 * category.
 */
export function becauseOf(
  index: CatalogueIndex,
  taste: Taste,
  row: number,
  terms: Partial<Record<TermName, number>>,
): string {
  const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.closest ?? 0);
  if ((terms.category ?? 0) > content) {
    const name = categoryPaths(index.items[row].category)[0]?.split('/').at(-1);
    if (name) return `You often look at ${name}`;
  }
  let nearest = -1;
  let best = Number.NEGATIVE_INFINITY;
  for (const past of new Set(taste.rows)) {
    const similarity = index.similar.to(past)[row];
    if (similarity > best) {
      best = similarity;
      nearest = past;
    }
  }
  return nearest < 0 ? 'Chosen for you' : `Because you looked at “${index.items[nearest].title}”`;
}
