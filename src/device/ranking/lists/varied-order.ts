import type { CategoryIndex } from '../terms/category-preference';

/**
 * Orders items round-robin over categories: the first of each, then the second of each, and so on; within a category
 * likewise over its subcategories. Categories, and the items of one, keep their order.
 * @param rows in catalogue order; an item counts for the first of its category paths
 */
export function variedOrder(categories: Pick<CategoryIndex, 'ofItem' | 'names'>, rows: readonly number[]): number[] {
  const levels = categories.names.map((name) => name.split('/').length - 1);
  /** The category at a level of the path; undefined if the path ends earlier. */
  const categoryAt = (row: number, level: number): number | undefined => {
    const id: number | undefined = categories.ofItem[row][level];
    // After the last level of a path the item's next path begins.
    return id !== undefined && levels[id] === level ? id : undefined;
  };
  const order = (some: readonly number[], level: number): readonly number[] => {
    const groups = new Map<number | undefined, number[]>();
    for (const row of some) {
      const id = categoryAt(row, level);
      const group = groups.get(id);
      if (group) group.push(row);
      else groups.set(id, [row]);
    }
    return interleaved([...groups].map(([id, group]) => (id === undefined ? group : order(group, level + 1))));
  };
  return [...order(rows, 0)];
}

/** The first of each list, then the second of each, and so on. */
function interleaved(lists: (readonly number[])[]): number[] {
  const out: number[] = [];
  for (let turn = 0, left = lists; left.length > 0; turn++) {
    left = left.filter((list) => turn < list.length);
    for (const list of left) out.push(list[turn]);
  }
  return out;
}
