/** A category of the shop: `Food/Fruit` is the child `Fruit` of `Food`. */
export interface Category {
  path: string;
  /** Last segment of the path. */
  name: string;
  /** Number of products in it and in its subcategories. */
  count: number;
  children: Category[];
}

/** Builds a tree from the catalog's category paths, in the order of their first occurrence. */
export function categoryTree(paths: { category: string; count: number }[]): Category[] {
  const roots: Category[] = [];
  for (const { category, count } of paths) {
    let level = roots;
    let path = '';
    let last: Category | null = null;
    for (const name of category.split('/').filter(Boolean)) {
      path = path ? `${path}/${name}` : name;
      let node = level.find((sibling) => sibling.path === path);
      if (!node) {
        node = { path, name, count: 0, children: [] };
        level.push(node);
      }
      last = node;
      level = node.children;
    }
    if (last) last.count = count;
  }
  return roots;
}

export function findCategory(tree: Category[], path: string): Category | undefined {
  for (const category of tree) {
    if (category.path === path) return category;
    const below = path.startsWith(`${category.path}/`) ? findCategory(category.children, path) : undefined;
    if (below) return below;
  }
  return undefined;
}

/** The categories on a path from broad to narrow: `Food/Fruit` gives `Food` and `Food/Fruit`. */
export function trail(path: string): { path: string; name: string }[] {
  const names = path.split('/').filter(Boolean);
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join('/') }));
}

/** A path as a slug for test ids: `Food & Drink/Fruit` becomes `food-drink-fruit`. */
export function categorySlug(path: string): string {
  return path
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
}
