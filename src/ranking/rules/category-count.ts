import { categoryPaths } from '../../catalog';
import type { CatalogueIndex } from '../catalog-index';
import type { CategoryCap } from './rules';

/** Counts the items of each category in a list against the cap. */
export class CategoryCount {
  readonly #index: CatalogueIndex;
  readonly #cap: CategoryCap | null;
  readonly #counts = new Map<string, number>();

  /** @param cap none: everything fits */
  constructor(index: CatalogueIndex, cap: number | CategoryCap | undefined) {
    this.#index = index;
    this.#cap = typeof cap === 'number' ? { most: cap } : (cap ?? null);
  }

  /** Whether one more item of its categories may come. */
  fits(row: number): boolean {
    const cap = this.#cap;
    return cap === null || [...this.#names(row)].every((name) => (this.#counts.get(name) ?? 0) < cap.most);
  }

  add(row: number): void {
    for (const name of this.#names(row)) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #names(row: number): Set<string> {
    const paths = categoryPaths(this.#index.items[row].category);
    return new Set(paths.map((path) => path.split('/').slice(0, this.#cap?.depth).join('/')));
  }
}
