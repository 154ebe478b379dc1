import { categoryPaths } from '../catalog';
import type { CatalogueIndex } from './catalogue-index';
import { companionOf } from './companionship';
import type { Taste, TermName } from './terms';

/**
 * One sentence that names the strongest ground of a personal recommendation: what others chose it with, its category,
 * or the past item it resembles most, which also stands for a taste that has no words of its own.
 */
export function becauseOf(
  index: CatalogueIndex,
  taste: Taste,
  row: number,
  terms: Partial<Record<TermName, number>>,
): string {
  const { companions = 0, category = 0 } = terms;
  const content = (terms.recent ?? 0) + (terms.session ?? 0) + (terms.closest ?? 0);
  const nameless = Math.max(content, terms.taste ?? 0);
  if (companions > Math.max(nameless, category) && index.companions) {
    const partner = companionOf(index.companions, taste.rows, row);
    if (partner !== null) return chosenWith(index, partner);
  }
  if (category > nameless) {
    const name = categoryPaths(index.items[row].category)[0]?.split('/').at(-1);
    if (name) return `You often look at ${name}`;
  }
  const nearest = nearestOf(index, taste, row);
  return nearest === null ? 'Chosen for you' : `Because you looked at “${index.items[nearest].title}”`;
}

/** What stands below an item that others chose with another one. */
export const chosenWith = ({ items }: CatalogueIndex, row: number): string =>
  `Others chose it with “${items[row].title}”`;

/** The past item that an item resembles most; null without any. */
function nearestOf(index: CatalogueIndex, taste: Taste, row: number): number | null {
  let nearest: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  for (const past of new Set(taste.rows)) {
    const similarity = index.similar.to(past)[row];
    if (similarity > best) {
      best = similarity;
      nearest = past;
    }
  }
  return nearest;
}
