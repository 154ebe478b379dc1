/**
 * The category paths of an item: `Food/Fruit` is one, `Comedy|Family/Animated` are two, as an item may belong to several
 * categories.
 */
export function categoryPaths(category: string): string[] {
  return category
    .split('|')
    .map((path) =>
      path
        .split('/')
        .map((name) => name.trim())
        .filter((name) => name !== '')
        .join('/'),
    )
    .filter((path) => path !== '');
}

/** True when one of the item's paths is `wanted` or lies under it. */
export function inCategory(category: string, wanted: string): boolean {
  return categoryPaths(category).some((path) => path === wanted || path.startsWith(`${wanted}/`));
}
